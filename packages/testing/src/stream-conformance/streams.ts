import type { Context, Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred } from '../transport-conformance/expect.ts';
import type { Messages } from './binding.ts';

/** The messages `{ n: 0 }`, `{ n: 1 }`, … */
export async function* numbered(count: number): AsyncGenerator<Message> {
  for (let n = 0; n < count; n++) yield { n };
}

/** A list of messages as a stream. */
export async function* streamOf(messages: readonly Message[]): AsyncGenerator<Message> {
  yield* messages;
}

/** Every message of a stream that ends well. */
export async function collect(stream: Messages): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

/** Reads a stream to its end for that end alone. */
export async function drain(stream: Messages): Promise<void> {
  for await (const _ of stream);
}

/** Reads messages into a list until the stream ends or fails, so that a test sees what came before. */
export async function collectInto(messages: Message[], stream: Messages): Promise<void> {
  for await (const message of stream) messages.push(message);
}

/** Rejects with the error of a context when that ends: what a producer waits for that has no more to say. */
export function endOf(ctx: Context): Promise<never> {
  return new Promise((_resolve, reject) => void ctx.onAbort(reject));
}

/** A stream that can be watched. */
export interface Watched {
  readonly stream: Messages;
  /** How many messages it was asked for. */
  readonly made: number;
  /** Fulfilled when its `finally` has run. */
  readonly closed: Promise<void>;
}

/** A stream of numbered messages, followed by whatever `then` waits for. */
export function watched(count: number, then?: () => Promise<unknown>, padding = ''): Watched {
  const closed = deferred<void>();
  async function* messages(): AsyncGenerator<Message> {
    try {
      for (let n = 0; n < count; n++) {
        state.made++;
        // A stream without an end must leave the others their turn.
        if (n % 256 === 255) await nextTurn();
        yield padding === '' ? { n } : { n, padding };
      }
      await then?.();
    } finally {
      closed.resolve();
    }
  }
  const state = { stream: messages(), made: 0, closed: closed.promise };
  return state;
}

/** A stream that notes whether it was closed before anybody read of it, where a generator notes nothing. */
export function untouched(): {
  readonly stream: Messages;
  reads: number;
  readonly closed: Promise<void>;
} {
  const closed = deferred<void>();
  const state = {
    reads: 0,
    closed: closed.promise,
    stream: {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          state.reads++;
          return { done: false as const, value: {} };
        },
        return: async () => {
          closed.resolve();
          return { done: true as const, value: undefined };
        },
      }),
    },
  };
  return state;
}

/** An endpoint that streams `count` messages and then waits for the end of its context. */
export function lingering(
  count: number,
  padding?: string,
): {
  readonly endpoint: Endpoint<unknown, Messages>;
  readonly opened: Promise<Context>;
  readonly ended: Promise<ServiceError>;
  readonly closed: Promise<void>;
  made(): number;
} {
  const opened = deferred<Context>();
  const ended = deferred<ServiceError>();
  const closed = deferred<void>();
  let producer: Watched | undefined;
  return {
    opened: opened.promise,
    ended: ended.promise,
    closed: closed.promise,
    made: () => producer?.made ?? 0,
    endpoint: async (_request, ctx) => {
      ctx.onAbort(ended.resolve);
      opened.resolve(ctx);
      producer = watched(count, () => endOf(ctx), padding);
      void producer.closed.then(closed.resolve);
      return producer.stream;
    },
  };
}

/** Waits until a count stands still while the event loop turns: what is counted has stopped, or is done. */
export async function standstill(count: () => number): Promise<void> {
  let last = -1;
  for (let still = 0; still < turnsOfStandstill; still++) {
    if (count() !== last) still = 0;
    last = count();
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const turnsOfStandstill = 100;

/** Messages so large that few of them fill what lies between the two ends. */
export const bulk: {
  readonly padding: string;
  readonly messages: number;
  readonly mostAhead: number;
} = {
  padding: 'x'.repeat(65_536),
  messages: 1024,
  // 24 MiB: what the kernel's buffers for a socket may grow to, and some.
  mostAhead: 384,
};
