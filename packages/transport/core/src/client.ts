import {
  attempt,
  type Context,
  checkNumber,
  discard,
  type Endpoint,
  isAsyncIterable,
  isServiceError,
  type Middleware,
  type Operation,
  operation,
  type ServiceError,
  type Settled,
  settle,
} from '@fairlead/endpoint';
import { endings, type Progress } from './client-ending.ts';
import type { ClientCall, ClientHooks } from './hooks.ts';
import { isLater } from './later.ts';
import { preparer } from './prepare.ts';

/** What a transport does at each stage of a call on the client. A throw becomes the call's error. */
export interface ClientStages<Call extends ClientCall, Req, Res, Reply> {
  /** Makes the outgoing call of a request. Nothing has been sent yet. */
  encode(request: Req, ctx: Context): Call | Promise<Call>;
  /**
   * Sends the call and waits for the reply. Must give up, and reject, when the context ends. A stream
   * of requests is the transport's from here on: it reads it to its end or closes it.
   */
  send(call: Call, ctx: Context): Promise<Reply>;
  /**
   * Makes the response of a reply, or throws the ServiceError that the reply carries. A stream that
   * it makes must fail when the context ends, and give up the reply when it is closed.
   */
  decode(reply: Reply, call: Call, ctx: Context): Res | Promise<Res>;
  /** The transport's status of a call that has ended. */
  status(call: Call | undefined, error: ServiceError | undefined): number;
  /**
   * Gives up a reply that nobody will decode, since a hook threw or the context ended; for
   * transports whose reply may be a stream. Must not throw.
   */
  discard?(reply: Reply, call: Call): void;
}

/** What every client endpoint can be told. */
export interface ClientOptions {
  /** The longest that one call may take, in milliseconds. Default 10 000; `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /**
   * Decorates the endpoint from within, where the context already knows the operation: the place
   * for logs, metrics and traces that name it. What it rejects with, the caller gets as it is.
   */
  readonly middleware?: Middleware | undefined;
}

/** How long a call may take where nobody said, in milliseconds. */
const defaultTimeoutMs = 10_000;

/**
 * The lifecycle of a call on the client, one for every transport: see {@link ClientHooks} for its
 * order. It makes an ordinary endpoint that rejects with a ServiceError, whatever went wrong.
 *
 * The call ends after `timeoutMs` or at the caller's own deadline, whichever is sooner, and the
 * time that is left goes out with it. A context that has ended already sends nothing.
 *
 * A call that answers with a stream is over when the stream is: until then its context and its
 * deadline stand, and `finalize` waits. A stream that nobody reads is over when its context is. A
 * stream of requests that could not be sent is closed.
 */
export function clientLifecycle<Call extends ClientCall, Req, Res, Reply>(
  target: Operation,
  stages: ClientStages<Call, Req, Res, Reply>,
  hooks: ClientHooks<Call>,
  options: ClientOptions,
): Endpoint<Req, Res> {
  const { after = [] } = hooks;
  const prepare = preparer(hooks.before ?? []);
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? defaultTimeoutMs);
  const { failed, conclude } = endings<Call>((call, error) => stages.status(call, error), hooks);

  /** Everything up to the response. How far it got stands in `progress`. */
  async function perform(request: Req, progress: Progress<Call>): Promise<Res> {
    progress.ctx.throwIfAborted();
    const encoded = stages.encode(request, progress.ctx);
    const outgoing = isLater(encoded) ? await encoded : encoded;
    progress.call = outgoing;
    progress.ctx.throwIfAborted();
    const prepared = prepare(progress, outgoing);
    if (prepared !== undefined) await prepared;
    const { ctx } = progress;
    progress.sent = true;
    const reply = await send(outgoing, ctx);
    try {
      ctx.throwIfAborted();
      for (const hook of after) {
        await hook(ctx, outgoing);
        ctx.throwIfAborted();
      }
      const decoded = stages.decode(reply, outgoing, ctx);
      return isLater(decoded) ? await decoded : decoded;
    } catch (thrown) {
      stages.discard?.(reply, outgoing);
      throw thrown;
    }
  }

  /** Says in the attempt that is under way, where there is one, whether the call went out. */
  function send(outgoing: Call, ctx: Context): Promise<Reply> {
    const current = ctx.get(attempt);
    if (current === undefined) return stages.send(outgoing, ctx);
    const { sent } = current;
    current.sent = true;
    return stages.send(outgoing, ctx).catch((error: unknown) => {
      if (isServiceError(error) && error.unsent) current.sent = sent;
      throw error;
    });
  }

  async function call(request: Req, parent: Context): Promise<Res> {
    const scoped = parent.withTimeout(timeoutMs);
    const progress: Progress<Call> = { scoped, ctx: scoped, call: undefined, sent: false };
    let response: Res;
    try {
      response = await perform(request, progress);
    } catch (thrown) {
      if (!progress.sent) discard(request);
      const error = failed(progress, thrown);
      await conclude(progress, error);
      throw error;
    }
    if (!isAsyncIterable(response)) {
      const concluded = conclude(progress, undefined);
      if (concluded !== undefined) await concluded;
      return response;
    }
    const settled = ({ error: thrown }: Settled): void => {
      const error = thrown === undefined ? undefined : failed(progress, thrown);
      void conclude(progress, error);
      if (error !== undefined) throw error;
    };
    return settle(Promise.resolve(response), settled, scoped);
  }

  const { middleware } = options;
  const decorated = middleware === undefined ? call : middleware(call);
  return (request, ctx) => {
    const current = ctx.get(attempt);
    if (current === undefined) return decorated(request, ctx.with(operation, target));
    current.operation = { ...target, attempt: current.number };
    return decorated(request, ctx.with(operation, current.operation));
  };
}
