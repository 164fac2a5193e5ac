import {
  type CancelableContext,
  type Clock,
  type Context,
  checkNumber,
  createContext,
  type ServiceError,
} from '@fairlead/endpoint';
import type { OutgoingCall } from './client-call.ts';
import type { JsonrpcReply } from './client-reply.ts';
import type { PostCalls, SendCall } from './post.ts';

/** How calls are collected into batches. */
export interface JsonrpcBatchOptions {
  /** How many calls a batch may have; a full one goes out at once. Default 100, which our server takes. */
  readonly maxSize?: number;
  /** How large the messages of a batch may get together, in bytes. Default 512 KiB; our server takes 1 MiB. */
  readonly maxBytes?: number;
  /**
   * How long the first call of a batch may wait for others, in milliseconds. Default 0: calls that
   * are made in the same turn of the event loop go together.
   */
  readonly maxDelayMs?: number;
}

/** Sends calls in batches. */
export interface Batcher {
  readonly send: SendCall;
  /** Sends what still waits, then waits for every batch in flight. */
  close(): Promise<void>;
}

interface Waiting {
  readonly call: OutgoingCall;
  readonly ctx: Context;
  /** Takes the call out of the batch; its caller has got the outcome, or gets it now. */
  readonly leave: () => void;
  readonly resolve: (reply: JsonrpcReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch that is being collected or, once it has a context, is under way. */
interface Batch {
  readonly waiting: Set<Waiting>;
  bytes: number;
  shared: CancelableContext | undefined;
  readonly stopTimer: () => void;
}

/**
 * Collects calls and sends those with the same headers in one POST. Each keeps its own context: one
 * that ends early has its error at once, and the POST is ended only when nobody waits for it any
 * more. The deadline that goes out is the latest of them, so that no call is cut short for another.
 */
export function batcher(post: PostCalls, options: JsonrpcBatchOptions, clock: Clock): Batcher {
  const maxSize = checkNumber('batch.maxSize', options.maxSize ?? 100, { min: 1 });
  const maxBytes = checkNumber('batch.maxBytes', options.maxBytes ?? 524_288);
  const maxDelayMs = checkNumber('batch.maxDelayMs', options.maxDelayMs ?? 0);
  const open = new Map<string, Batch>();
  const inFlight = new Set<Promise<void>>();

  function batchFor(key: string, bytes: number): Batch {
    const current = open.get(key);
    if (current !== undefined && current.bytes + bytes <= maxBytes) return current;
    if (current !== undefined) flush(key, current);
    const stopTimer = clock.schedule(maxDelayMs, () => flush(key, batch));
    const batch: Batch = { waiting: new Set(), bytes: 0, shared: undefined, stopTimer };
    open.set(key, batch);
    return batch;
  }

  function send(call: OutgoingCall, ctx: Context): Promise<JsonrpcReply> {
    const key = headersKey(call);
    const bytes = Buffer.byteLength(call.text) + 1;
    const batch = batchFor(key, bytes);
    batch.bytes += bytes;
    return new Promise((resolve, reject) => {
      let unlink = (): void => {};
      const leave = (): void => {
        unlink();
        batch.waiting.delete(waiting);
      };
      const waiting: Waiting = { call, ctx, leave, resolve, reject };
      batch.waiting.add(waiting);
      unlink = ctx.onAbort((error) => {
        leave();
        reject(error);
        if (batch.waiting.size === 0) abandon(key, batch, error);
      });
      if (batch.waiting.size >= maxSize) flush(key, batch);
    });
  }

  /** Nobody waits any more: a batch on its way is ended, one that is still open is not sent. */
  function abandon(key: string, batch: Batch, error: ServiceError): void {
    batch.shared?.cancel(error);
    if (batch.shared === undefined) flush(key, batch);
  }

  function flush(key: string, batch: Batch): void {
    batch.stopTimer();
    if (open.get(key) === batch) open.delete(key);
    if (batch.waiting.size === 0 || batch.shared !== undefined) return;
    const timeoutMs = Math.max(...[...batch.waiting].map(({ ctx }) => ctx.remainingMs()));
    const shared = createContext({ clock, timeoutMs });
    batch.shared = shared;
    const sent = deliver(post, batch.waiting, shared).finally(() => {
      shared[Symbol.dispose]();
      inFlight.delete(sent);
    });
    inFlight.add(sent);
  }

  async function close(): Promise<void> {
    for (const [key, batch] of open) flush(key, batch);
    await Promise.all(inFlight);
  }

  return { send, close };
}

/** Sends a batch and hands its reply, or its error, to all who still wait. Never rejects. */
async function deliver(
  post: PostCalls,
  waiting: ReadonlySet<Waiting>,
  ctx: Context,
): Promise<void> {
  const calls = [...waiting].map(({ call }) => call);
  let hand: (to: Waiting) => void;
  try {
    const reply = await post(calls, ctx);
    hand = ({ resolve }) => resolve(reply);
  } catch (error) {
    hand = ({ reject }) => reject(error);
  }
  for (const each of waiting) {
    each.leave();
    hand(each);
  }
}

function headersKey({ headers }: OutgoingCall): string {
  return JSON.stringify(Object.entries(headers).sort());
}
