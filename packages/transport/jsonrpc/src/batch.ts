import { type Context, type Operation, ServiceError } from '@fairlead/endpoint';
import type { NodeServerCall } from '@fairlead/http';
import { IncomingCall } from './call.ts';
import type { Message, Messages } from './message.ts';
import type { JsonrpcMethod } from './method.ts';
import { type JsonrpcParams, toRequest } from './request.ts';

/** What the messages of a request are given to. */
export interface BatchOptions {
  readonly methods: ReadonlyMap<string, JsonrpcMethod>;
  /** Makes the method that fails with an error. */
  readonly refuse: (error: ServiceError) => JsonrpcMethod;
  readonly service: string;
  /** How many calls run at once. */
  readonly concurrency: number;
}

/** A message that has been given to a method. */
interface Routed {
  readonly id: string | undefined;
  readonly name: string;
  readonly params: JsonrpcParams;
  readonly method: JsonrpcMethod;
}

/**
 * Runs the calls of a request, each in a context of its own below `ctx`, and returns the text of the
 * answer, or of all answers in the order of the messages; undefined where none is due. Never rejects.
 */
export async function runMessages(
  { isBatch, messages }: Messages,
  http: NodeServerCall,
  ctx: Context,
  options: BatchOptions,
): Promise<string | undefined> {
  const [only] = messages;
  if (!isBatch && only !== undefined) return runMessage(only, http, ctx, options);
  const answers: (string | undefined)[] = new Array(messages.length);
  const waiting = messages.entries();
  async function work(): Promise<void> {
    for (const [i, message] of waiting) answers[i] = await runMessage(message, http, ctx, options);
  }
  const workers = Math.min(options.concurrency, messages.length);
  await Promise.all(Array.from({ length: workers }, work));
  const due = answers.filter((answer) => answer !== undefined);
  return due.length === 0 ? undefined : `[${due.join(',')}]`;
}

/** Runs one call. It is over for the client when it has its answer: `finalize` may take longer. */
function runMessage(
  message: Message,
  http: NodeServerCall,
  ctx: Context,
  options: BatchOptions,
): Promise<string | undefined> {
  const { id, name, params, method } = route(message, options);
  const operation: Operation = {
    side: 'server',
    transport: 'jsonrpc',
    service: options.service,
    method: name,
    kind: 'unary',
    idempotent: method.idempotent,
    peer: http.operation.peer,
  };
  return new Promise((resolve) => {
    const call = new IncomingCall(operation, id, params, http, ({ text }) => resolve(text));
    void method.run(call, ctx.withCancel());
  });
}

/** The name of an operation that is none of ours: what the caller wrote could be anything. */
const noMethod = '_OTHER';

function route(message: Message, { methods, refuse }: BatchOptions): Routed {
  const request = toRequest(message);
  if ('error' in request) {
    return { id: request.id, name: noMethod, params: undefined, method: refuse(request.error) };
  }
  const { method: name, params } = request;
  const method = methods.get(name);
  if (method !== undefined) return { id: message.id, name, params, method };
  const unknown = new ServiceError('unimplemented', `method ${quoted(name)} not found`);
  return { id: message.id, name: noMethod, params, method: refuse(unknown) };
}

/** A name from outside, short enough to be shown. */
function quoted(name: string): string {
  return JSON.stringify(name.length <= 100 ? name : `${name.slice(0, 100)}…`);
}
