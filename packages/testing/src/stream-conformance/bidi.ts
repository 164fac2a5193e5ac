import { deepEqual, equal, ok } from 'node:assert/strict';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { pastDeadlineAtWork } from '../transport-conformance/past-deadline.ts';
import { type BidiRequirement, type Messages, withStreamPair } from './binding.ts';
import { note, noting } from './operations.ts';
import {
  bulk,
  collect,
  collectInto,
  drain,
  numbered,
  standstill,
  streamOf,
  watched,
} from './streams.ts';

async function* doubled(stream: Messages): AsyncGenerator<Message> {
  for await (const { n } of stream) yield { n: Number(n) * 2 };
}

const doubling: Endpoint<Messages, Messages> = async (stream) => doubled(stream);

/** Answers to `count` messages, then does what `then` does. */
function answering(
  count: number,
  then: () => void = () => {},
): {
  readonly endpoint: Endpoint<Messages, Messages>;
  readonly closed: Promise<unknown>;
  hasAnswered(): boolean;
} {
  const closed = deferred<unknown>();
  const answered = deferred<void>();
  async function* answers(stream: Messages): AsyncGenerator<Message> {
    let thrown: unknown;
    try {
      let read = 0;
      for await (const message of stream) {
        answered.resolve();
        yield message;
        if (++read === count) break;
      }
      then();
    } catch (error) {
      thrown = error;
      throw error;
    } finally {
      closed.resolve(thrown);
    }
  }
  return {
    endpoint: async (stream) => answers(stream),
    closed: closed.promise,
    hasAnswered: answered.isResolved,
  };
}

/** Two streams of one call go their own ways, and end together. */
export const bidi: readonly BidiRequirement[] = [
  [
    'carries messages both ways, in order',
    (makePair) =>
      withStreamPair(makePair, doubling, async (call) => {
        const answers = await collect(await call(numbered(1000), background));
        deepEqual(
          answers,
          Array.from({ length: 1000 }, (_, n) => ({ n: n * 2 })),
        );
      }),
  ],
  [
    'carries streams without messages',
    (makePair) =>
      withStreamPair(makePair, doubling, async (call) =>
        deepEqual(await collect(await call(numbered(0), background)), []),
      ),
  ],
  [
    'lets each request wait for the answer to the one before it',
    (makePair) =>
      withStreamPair(makePair, doubling, async (call) => {
        const rounds = Array.from({ length: 20 }, () => deferred<void>());
        async function* pings(): AsyncGenerator<Message> {
          for (const [n, round] of rounds.entries()) {
            yield { n };
            await round.promise;
          }
        }
        const seen: unknown[] = [];
        for await (const { n } of await call(pings(), background)) {
          seen.push(n);
          rounds[seen.length - 1]?.resolve();
        }
        deepEqual(
          seen,
          rounds.map((_, n) => n * 2),
        );
      }),
  ],
  [
    'goes on to answer when the requests have ended',
    (makePair) =>
      withStreamPair(
        makePair,
        async (stream) => streamOf([...(await collect(stream)), { last: true }]),
        async (call) =>
          deepEqual(await collect(await call(numbered(2), background)), [
            { n: 0 },
            { n: 1 },
            { last: true },
          ]),
      ),
  ],
  [
    'closes the sender when the responses end',
    async (makePair) => {
      const sender = watched(Infinity);
      await withStreamPair(makePair, answering(3).endpoint, async (call) => {
        equal((await collect(await call(sender.stream, background))).length, 3);
        await sender.closed;
      });
    },
  ],
  [
    'fails after the messages that were made, and closes the sender',
    async (makePair) => {
      const sender = watched(Infinity);
      const messages: Message[] = [];
      const { endpoint } = answering(3, () => {
        throw new ServiceError('aborted', 'a conflict', { details: { row: 3 } });
      });
      await withStreamPair(makePair, endpoint, async (call) => {
        const reading = call(sender.stream, background).then((stream) =>
          collectInto(messages, stream),
        );
        const error = await failureOfCall(reading, 'aborted');
        deepEqual(error.details, { row: 3 });
        await sender.closed;
      });
      equal(messages.length, 3);
    },
  ],
  [
    'cancels the endpoint’s reading when the sender fails, and fails with the sender’s own error',
    async (makePair) => {
      const { endpoint, closed } = answering(Infinity);
      const answered = deferred<void>();
      async function* failing(): AsyncGenerator<Message> {
        yield* numbered(2);
        await answered.promise;
        throw new ServiceError('data_loss', 'the file is gone');
      }
      await withStreamPair(makePair, endpoint, async (call) => {
        const reading = (async () => {
          for await (const _ of await call(failing(), background)) answered.resolve();
        })();
        await failureOfCall(reading, 'data_loss');
        const thrown = await closed;
        ok(thrown === undefined || ServiceError.from(thrown).code === 'canceled');
      });
    },
  ],
  [
    'closes both streams when the reader breaks off',
    async (makePair) => {
      const sender = watched(Infinity);
      const { endpoint, closed } = answering(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        for await (const { n } of await call(sender.stream, background)) if (n === 3) break;
        await sender.closed;
        await closed;
      });
    },
  ],
  [
    'closes both streams when the caller cancels',
    async (makePair) => {
      const sender = watched(Infinity);
      const { endpoint, closed } = answering(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        const reading = (async () => {
          for await (const { n } of await call(sender.stream, ctx)) if (n === 3) ctx.cancel();
        })();
        await failureOfCall(reading, 'canceled');
        await sender.closed;
        await closed;
      });
    },
  ],
  [
    'closes both streams at the deadline',
    (makePair) =>
      pastDeadlineAtWork((allowedMs) => {
        const { endpoint, closed, hasAnswered } = answering(Infinity);
        const released = deferred<void>();
        const sender = watched(2, () => released.promise);
        return withStreamPair(makePair, endpoint, async (call) => {
          using ctx = background.withTimeout(allowedMs);
          ctx.onAbort(() => released.resolve());
          const reading = call(sender.stream, ctx).then(drain);
          await failureOfCall(reading, 'deadline_exceeded');
          if (!hasAnswered()) return false;
          await sender.closed;
          await closed;
          return true;
        });
      }),
  ],
  [
    'stops the sender while the reader is slow',
    async (makePair) => {
      const sender = watched(bulk.messages, undefined, bulk.padding);
      const { endpoint } = answering(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        let read = 0;
        for await (const _ of await call(sender.stream, background)) {
          if (++read < 10) continue;
          await standstill(() => sender.made);
          const ahead = sender.made - read;
          ok(ahead <= 2 * bulk.mostAhead, `${ahead} messages more were sent than were read`);
          break;
        }
        await sender.closed;
      });
    },
  ],
  [
    'gives each of many calls at once its own messages',
    (makePair) =>
      withStreamPair(
        makePair,
        async (stream) => stream,
        async (call) => {
          const sent = Array.from({ length: 50 }, (_, id) =>
            Array.from({ length: 20 }, (_, n) => ({ id, n })),
          );
          const answers = sent.map(async (messages) =>
            collect(await call(streamOf(messages), background)),
          );
          deepEqual(await Promise.all(answers), sent);
        },
      ),
  ],
  [
    'says on both sides which kind of operation runs',
    async (makePair) => {
      const sides: string[] = [];
      const endpoint: Endpoint<Messages, Messages> = async (stream, ctx) => {
        note(sides, ctx);
        return stream;
      };
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          await drain(await call(numbered(1), background));
        },
        { client: { middleware: noting(sides) } },
      );
      deepEqual(sides, ['client bidi_stream', 'server bidi_stream']);
    },
  ],
];
