import { deepEqual, equal, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { type Messages, type ResponsesRequirement, withStreamPair } from './binding.ts';
import {
  bulk,
  collect,
  collectInto,
  drain,
  lingering,
  numbered,
  standstill,
  streamOf,
} from './streams.ts';

const secret = 'SELECT password FROM users';

const samples: readonly Message[] = [
  {},
  { a: { b: [1, [2, { c: null }]], d: '' }, e: false },
  { text: 'plain "quoted" \\ / \r\n\n\t\u0000 é 漢 🚢 \u2028 data: x' },
  { text: 'x'.repeat(250_000) },
  { values: [0, -1, 1.5, 1e-7, Number.MAX_SAFE_INTEGER] },
];

/** Messages arrive as they were made, in order, and no further ahead of the reader than they must. */
const carrying: readonly ResponsesRequirement[] = [
  [
    'carries the request, and the messages in order',
    (makePair) =>
      withStreamPair(
        makePair,
        async (request) => streamOf([request, ...samples]),
        async (call) =>
          deepEqual(await collect(await call({ id: 7 }, background)), [{ id: 7 }, ...samples]),
      ),
  ],
  [
    'carries a stream without messages',
    (makePair) =>
      withStreamPair(
        makePair,
        async () => streamOf([]),
        async (call) => deepEqual(await collect(await call({}, background)), []),
      ),
  ],
  [
    'carries many small messages',
    (makePair) =>
      withStreamPair(
        makePair,
        async () => numbered(5000),
        async (call) => {
          let next = 0;
          for await (const { n } of await call({}, background)) equal(n, next++);
          equal(next, 5000);
        },
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
        async () => inTwo(),
        async (call) => {
          for await (const { part } of await call({}, background)) if (part === 1) read.resolve();
        },
      );
    },
  ],
  [
    'gives each of many streams at once its own messages',
    (makePair) =>
      withStreamPair(
        makePair,
        async ({ id }) => streamOf(Array.from({ length: 20 }, (_, n) => ({ id, n }))),
        async (call) => {
          const read = async (id: number) => collect(await call({ id }, background));
          const all = await Promise.all(Array.from({ length: 50 }, (_, id) => read(id)));
          for (const [id, messages] of all.entries()) {
            deepEqual(
              messages,
              Array.from({ length: 20 }, (_, n) => ({ id, n })),
            );
          }
        },
      ),
  ],
  [
    'is at its end for good',
    (makePair) =>
      withStreamPair(
        makePair,
        async () => numbered(1),
        async (call) => {
          const iterator = (await call({}, background))[Symbol.asyncIterator]();
          deepEqual(await iterator.next(), { done: false, value: { n: 0 } });
          equal((await iterator.next()).done, true);
          equal((await iterator.next()).done, true);
        },
      ),
  ],
  [
    'stops the producer while the reader is slow',
    async (makePair) => {
      const { endpoint, made, closed } = lingering(bulk.messages, bulk.padding);
      await withStreamPair(makePair, endpoint, async (call) => {
        let read = 0;
        for await (const _ of await call({}, background)) {
          if (++read < 10) continue;
          await standstill(made);
          ok(
            made() - read <= bulk.mostAhead,
            `${made()} messages were made when ${read} were read`,
          );
          break;
        }
        await closed;
      });
    },
  ],
];

/** An error ends a stream wherever it comes, after the messages before it, in its clean form. */
const failing: readonly ResponsesRequirement[] = [
  [
    'rejects at the opening where the endpoint does',
    (makePair) =>
      withStreamPair(
        makePair,
        async () => {
          throw new ServiceError('permission_denied', 'not yours');
        },
        async (call) => {
          const error = await failureOfCall(call({}, background), 'permission_denied');
          equal(error.message, 'not yours');
        },
      ),
  ],
  [
    'fails before the first message',
    (makePair) =>
      withStreamPair(
        makePair,
        async () => failingAfter(0, () => new ServiceError('not_found', 'gone')),
        (call) => failureOfCall(call({}, background).then(drain), 'not_found').then(() => {}),
      ),
  ],
  [
    'fails after the messages that were made, with the whole error',
    async (makePair) => {
      const details = { limit: 3, issues: [{ path: '/a', message: 'too small' }] };
      const sent = new ServiceError('resource_exhausted', 'enough: é 🚢', {
        details,
        retryAfterMs: 1250,
        retryable: false,
      });
      const messages: Message[] = [];
      await withStreamPair(
        makePair,
        async () => failingAfter(100, () => sent),
        async (call) => {
          const reading = collectInto(messages, await call({}, background));
          const error = await failureOfCall(reading, 'resource_exhausted');
          equal(error.message, sent.message);
          equal(error.retryable, false);
          equal(error.retryAfterMs, 1250);
          deepEqual(error.details, details);
        },
      );
      equal(messages.length, 100);
    },
  ],
  ...[0, 2].map((count) =>
    leaksNothing(`of an unknown error after ${count} messages`, async () =>
      failingAfter(count, () => new Error(secret)),
    ),
  ),
  leaksNothing('of a hand-written stream that throws when it is opened', async () => ({
    [Symbol.asyncIterator]() {
      throw new Error(secret);
    },
  })),
  leaksNothing('of a hand-written stream that throws when it is read', async () => ({
    [Symbol.asyncIterator]: () => ({
      next() {
        throw new Error(secret);
      },
    }),
  })),
];

/** What a stream of responses carries, and how it fails. */
export const responses: readonly ResponsesRequirement[] = [...carrying, ...failing];

async function* failingAfter(count: number, makeError: () => Error): AsyncGenerator<Message> {
  yield* numbered(count);
  throw makeError();
}

function leaksNothing(name: string, endpoint: Endpoint<Message, Messages>): ResponsesRequirement {
  return [
    `shows nothing ${name} to the caller, and all of it to onError`,
    async (makePair) => {
      const seen: unknown[] = [];
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          const error = await failureOfCall(call({}, background).then(drain), 'internal');
          equal(error.message, 'internal error');
          ok(
            !inspect(error, { depth: Infinity }).includes(secret),
            'the secret reached the caller',
          );
        },
        { server: { onError: (error) => seen.push(error) } },
      );
      ok(inspect(seen, { depth: Infinity }).includes(secret), 'onError did not see the original');
    },
  ];
}
