import {
  type CancelableContext,
  type CancelSource,
  type Clock,
  type Context,
  cancelReason,
  createContext,
  deadlineExceeded,
  discard,
  isAsyncIterable,
  type Operation,
  ServiceError,
} from '@fairlead/endpoint';
import type { ServerCall } from '../hooks.ts';
import type { MetadataReader } from '../metadata.ts';
import { MemoryMetadata, noMetadata } from './metadata.ts';
import { type Answer, type Reply, rebuilt, type SentError, statusOf } from './reply.ts';
import { Relay } from './stream.ts';

/** What reaches a server: what would be on a wire, and the caller's context in place of the wire. */
export interface Incoming {
  readonly message: unknown;
  readonly metadata: MetadataReader;
  readonly caller: Context;
}

/** What a handler answers: an error, or a message and the context under which it may be a stream. */
export type ServerReply =
  | { readonly message: unknown; readonly ctx: Context }
  | { readonly error: SentError };

/** Where the caller waits for its answer. */
export interface Waiting {
  resolve(answer: Answer): void;
  reject(error: ServiceError): void;
}

/**
 * One call on the server: what its hooks see, what ends it early, and the ways to answer it. A
 * class, as the one object that every call needs.
 */
export class MemoryServerCall implements ServerCall, CancelSource {
  readonly operation: Operation;
  /** The call's own context: of the caller's it has the time that is left, and the end. */
  readonly ctx: CancelableContext;
  private readonly incoming: Incoming;
  private readonly waiting: Waiting;
  private unlink: () => void = () => {};
  private outgoing: MemoryMetadata | undefined = undefined;
  private requests: Relay | undefined = undefined;
  private responses: Relay | undefined = undefined;
  private answered = false;

  constructor(operation: Operation, incoming: Incoming, waiting: Waiting, clock?: Clock) {
    const { caller } = incoming;
    this.operation = operation;
    this.incoming = incoming;
    this.waiting = waiting;
    this.ctx = createContext({
      source: this,
      timeoutMs: caller.remainingMs(),
      clock: clock ?? caller.clock,
    });
    this.unlink = caller.onAbort((error) => this.leave(error));
  }

  get message(): unknown {
    const { message } = this.incoming;
    return isAsyncIterable(message) ? this.requestsOf(message) : message;
  }

  get requestMetadata(): MetadataReader {
    return this.incoming.metadata;
  }

  get responseMetadata(): MemoryMetadata {
    this.outgoing ??= new MemoryMetadata();
    return this.outgoing;
  }

  /** The end of the caller, as the server sees it: why it canceled is its own affair. */
  get error(): ServiceError | undefined {
    const { caller } = this.incoming;
    if (this.answered || caller.error === undefined) return undefined;
    return caller.remainingMs() <= 0 ? deadlineExceeded() : cancelReason();
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    return this.incoming.caller.onAbort(() => {
      if (this.error !== undefined) listener(this.error);
    });
  }

  /** Answers the call; of a stream, waits for its end. Returns the status of the answer. */
  send(reply: ServerReply): number | Promise<number> {
    if ('error' in reply) return this.fail(reply.error);
    const { message, ctx } = reply;
    if (isAsyncIterable(message)) return this.sendStream(message, ctx);
    this.answer(reply);
    return statusOf(undefined);
  }

  /** Answers a call whose error could not be sent; where the caller is gone, nobody hears it. */
  abandon(error: ServiceError): number {
    const { code, message, retryable } = error;
    return this.fail({ code, message, retryable, retryAfterMs: undefined, details: undefined });
  }

  /** Ends a call that takes longer than its server lives. */
  cutOff(error: ServiceError): void {
    this.leave(error);
    this.ctx.cancel(new ServiceError('canceled', 'the server was closed'));
  }

  /** Lets go of the caller's stream, when the call is over. */
  release(): void {
    if (this.requests !== undefined) this.requests.fail(callOver());
    else discard(this.incoming.message);
  }

  private sendStream(stream: AsyncIterable<unknown>, ctx: Context): Promise<number> {
    return new Promise((resolve, reject) => {
      const relay = new Relay(stream, {
        sourceEnded: () => {
          this.answered = true;
          this.unlink();
          resolve(statusOf(undefined));
        },
        sourceFailed: reject,
        readerLeft: () =>
          this.ctx.cancel(new ServiceError('canceled', 'the caller closed the stream')),
      });
      this.responses = relay;
      // Goes with the context, which the lifecycle disposes of.
      ctx.onAbort((error) => {
        relay.close();
        reject(error);
      });
      this.waiting.resolve({ reply: { message: relay }, metadata: this.sentMetadata() });
    });
  }

  private requestsOf(stream: AsyncIterable<unknown>): Relay {
    if (this.requests !== undefined) return this.requests;
    const relay = new Relay(stream, {
      sourceEnded: () => {},
      sourceFailed: (thrown) => {
        this.leave(ServiceError.from(thrown));
        this.ctx.cancel(
          new ServiceError('canceled', 'the caller could not go on with its requests'),
        );
      },
      readerLeft: () => {},
    });
    this.requests = relay;
    this.ctx.onAbort((error) => relay.fail(error));
    return relay;
  }

  private fail(error: SentError): number {
    this.responses?.fail(rebuilt(error));
    this.answer({ error });
    return statusOf(error.code);
  }

  private answer(reply: Reply): void {
    this.answered = true;
    this.unlink();
    this.waiting.resolve({ reply, metadata: this.sentMetadata() });
  }

  private leave(error: ServiceError): void {
    this.unlink();
    this.responses?.fail(error);
    this.waiting.reject(error);
  }

  private sentMetadata(): MetadataReader {
    return this.outgoing?.sent() ?? noMetadata;
  }
}

function callOver(): ServiceError {
  return new ServiceError('canceled', 'the call is over: read its requests before it is answered');
}
