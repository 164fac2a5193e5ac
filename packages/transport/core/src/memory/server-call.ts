import {
  type CancelableContext,
  type CancelSource,
  type Clock,
  type Context,
  cancelReason,
  createContext,
  deadlineExceeded,
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
  private relay: Relay | undefined = undefined;
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
    return this.incoming.message;
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
  send(reply: Reply): number | Promise<number> {
    if ('error' in reply) return this.fail(reply.error);
    if (!isAsyncIterable(reply.message)) {
      this.answer(reply);
      return statusOf(undefined);
    }
    const relay = new Relay(reply.message, this.ctx);
    this.relay = relay;
    this.waiting.resolve({ reply: { message: relay }, metadata: this.sentMetadata() });
    return relay.over.then(() => {
      this.answered = true;
      this.unlink();
      return statusOf(undefined);
    });
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

  private fail(error: SentError): number {
    this.relay?.fail(rebuilt(error));
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
    this.relay?.fail(error);
    this.waiting.reject(error);
  }

  private sentMetadata(): MetadataReader {
    return this.outgoing?.sent() ?? noMetadata;
  }
}
