import { deepEqual, equal, ok } from 'node:assert/strict';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { type Messages, type RequestsRequirement, withStreamPair } from './binding.ts';
import { note, noting } from './operations.ts';
import { bulk, collect, numbered, standstill, streamOf, watched } from './streams.ts';

const samples: readonly Message[] = [
  { id: 7 },
  {},
  { a: { b: [1, [2, { c: null }]], d: '' }, e: false },
  { text: 'plain "quoted" \\ / \r\n\n\t\u0000 é 漢 🚢 \u2028' },
  { text: 'x'.repeat(250_000) },
];

const counting: Endpoint<Messages, Message> = async (requests) => {
  let count = 0;
  for await (const { n } of requests) equal(n, count++);
  return { count };
};

/** Requests arrive as they were made, in order, and no further ahead of the endpoint than they must. */
export const requests: readonly RequestsRequirement[] = [
  [
    'carries the messages in order, and the response',
    (makePair) =>
      withStreamPair(
        makePair,
        async (stream) => ({ received: await collect(stream) }),
        async (call) => deepEqual(await call(streamOf(samples), background), { received: samples }),
      ),
  ],
  [
    'carries a stream without messages',
    (makePair) =>
      withStreamPair(makePair, counting, async (call) =>
        deepEqual(await call(numbered(0), background), { count: 0 }),
      ),
  ],
  [
    'carries many small messages',
    (makePair) =>
      withStreamPair(makePair, counting, async (call) =>
        deepEqual(await call(numbered(5000), background), { count: 5000 }),
      ),
  ],
  [
    'carries a message when it is made, and does not wait for the next one',
    async (makePair) => {
      const read = deferred<void>();
      async function* inTwo(): AsyncGenerator<Message> {
        yield { part: 1 };
        await read.promise;
        yield { part: 2 };
      }
      await withStreamPair(
        makePair,
        async (stream) => {
          let parts = 0;
          for await (const { part } of stream) {
            parts++;
            if (part === 1) read.resolve();
          }
          return { parts };
        },
        async (call) => deepEqual(await call(inTwo(), background), { parts: 2 }),
      );
    },
  ],
  [
    'gives each of many streams at once its own messages',
    (makePair) =>
      withStreamPair(
        makePair,
        async (stream) => ({ received: await collect(stream) }),
        async (call) => {
          const sent = Array.from({ length: 50 }, (_, id) =>
            Array.from({ length: 20 }, (_, n) => ({ id, n })),
          );
          const answers = sent.map((messages) => call(streamOf(messages), background));
          deepEqual(
            await Promise.all(answers),
            sent.map((received) => ({ received })),
          );
        },
      ),
  ],
  [
    'stops the sender while the endpoint is slow to read',
    async (makePair) => {
      const sender = watched(bulk.messages, undefined, bulk.padding);
      await withStreamPair(
        makePair,
        async (stream) => {
          let read = 0;
          for await (const _ of stream) if (++read === 10) break;
          await standstill(() => sender.made);
          return { read, made: sender.made };
        },
        async (call) => {
          const { made } = await call(sender.stream, background);
          ok(Number(made) <= bulk.mostAhead, `${made} messages were sent when 10 were read`);
          await sender.closed;
        },
      );
    },
  ],
  [
    'fails as the endpoint does, at the end of the requests',
    (makePair) =>
      withStreamPair(
        makePair,
        async (stream) => {
          await collect(stream);
          throw new ServiceError('out_of_range', 'too many', { details: { most: 3 } });
        },
        async (call) => {
          const error = await failureOfCall(call(numbered(4), background), 'out_of_range');
          equal(error.message, 'too many');
          deepEqual(error.details, { most: 3 });
        },
      ),
  ],
  [
    'says on both sides which kind of operation runs',
    async (makePair) => {
      const sides: string[] = [];
      const endpoint: Endpoint<Messages, Message> = async (stream, ctx) => {
        note(sides, ctx);
        await collect(stream);
        return {};
      };
      await withStreamPair(makePair, endpoint, (call) => call(numbered(1), background), {
        client: { middleware: noting(sides) },
      });
      deepEqual(sides, ['client client_stream', 'server client_stream']);
    },
  ],
];
