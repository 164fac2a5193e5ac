import { deepEqual, equal } from 'node:assert/strict';
import {
  background,
  type Endpoint,
  type Middleware,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import type { Message, PairOptions } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { type Messages, type ResponsesRequirement, withStreamPair } from './binding.ts';
import { note, noting } from './operations.ts';
import { collect, drain, lingering, numbered, untouched } from './streams.ts';

/** Hooks on both sides that write down when they run, and a promise for the end of both. */
function traced(): {
  readonly client: string[];
  readonly server: string[];
  readonly over: Promise<unknown>;
  readonly options: PairOptions<Messages>;
} {
  const client: string[] = [];
  const server: string[] = [];
  const ends = [deferred<void>(), deferred<void>()] as const;
  return {
    client,
    server,
    over: Promise.all(ends.map(({ promise }) => promise)),
    options: {
      client: {
        before: [() => void client.push('before')],
        after: [() => void client.push('after')],
        finalize: [
          (_ctx, _call, { error }) => {
            client.push(`finalize ${error?.code ?? 'ok'}`);
            ends[0].resolve();
          },
        ],
      },
      server: {
        before: [() => void server.push('before')],
        after: [() => void server.push('after')],
        finalize: [
          (_ctx, _call, { error }) => {
            server.push(`finalize ${error?.code ?? 'ok'}`);
            ends[1].resolve();
          },
        ],
      },
    },
  };
}

async function* failing(): AsyncGenerator<Message> {
  yield* numbered(2);
  throw new ServiceError('data_loss', 'the disk is gone');
}

/** Hooks and middlewares see a stream open, and see it end once. */
export const responseHooks: readonly ResponsesRequirement[] = [
  [
    'runs after hooks when the stream opens, and finalize once, when it has ended',
    async (makePair) => {
      const { client, server, over, options } = traced();
      await withStreamPair(
        makePair,
        async () => numbered(3),
        async (call) => {
          const stream = await call({}, background);
          deepEqual(client, ['before', 'after']);
          await collect(stream);
          await over;
        },
        options,
      );
      deepEqual(client, ['before', 'after', 'finalize ok']);
      deepEqual(server, ['before', 'after', 'finalize ok']);
    },
  ],
  [
    'finalizes both sides with the error of a stream that fails',
    async (makePair) => {
      const { client, server, over, options } = traced();
      await withStreamPair(
        makePair,
        async () => failing(),
        async (call) => {
          await failureOfCall(call({}, background).then(drain), 'data_loss');
          await over;
        },
        options,
      );
      deepEqual(client, ['before', 'after', 'finalize data_loss']);
      deepEqual(server, ['before', 'after', 'finalize data_loss']);
    },
  ],
  [
    'finalizes a stream that the reader breaks off: well for the client, canceled for the server',
    async (makePair) => {
      const { client, server, over, options } = traced();
      await withStreamPair(
        makePair,
        lingering(3).endpoint,
        async (call) => {
          for await (const _ of await call({}, background)) break;
          await over;
        },
        options,
      );
      deepEqual(client, ['before', 'after', 'finalize ok']);
      deepEqual(server, ['before', 'after', 'finalize canceled']);
    },
  ],
  [
    'tells a middleware that waits for the end, on both sides, at the end of the stream',
    async (makePair) => {
      const steps: string[] = [];
      const told = deferred<void>();
      const middleware: Middleware = (next) => (request, ctx) =>
        settle(next(request, ctx), () => steps.push('client settled'));
      const endpoint: Endpoint<Message, Messages> = (_request) =>
        settle(Promise.resolve<Messages>(numbered(3)), () => {
          steps.push('server settled');
          told.resolve();
        });
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          const stream = await call({}, background);
          steps.push('opened');
          for await (const _ of stream) if (!steps.includes('read')) steps.push('read');
          await told.promise;
        },
        { client: { middleware } },
      );
      deepEqual(
        steps.filter((step) => step !== 'server settled'),
        ['opened', 'read', 'client settled'],
      );
      equal(steps.length, 4);
    },
  ],
  [
    'closes the stream when an after hook of the client throws',
    async (makePair) => {
      const { endpoint, ended } = lingering(3);
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          await failureOfCall(call({}, background), 'failed_precondition');
          equal((await ended).code, 'canceled');
        },
        {
          client: {
            after: [
              () => {
                throw new ServiceError('failed_precondition', 'an old server');
              },
            ],
          },
        },
      );
    },
  ],
  [
    'closes the stream when an after hook of the server throws',
    async (makePair) => {
      const { stream, closed } = untouched();
      await withStreamPair(
        makePair,
        async () => stream,
        async (call) => {
          await failureOfCall(call({}, background).then(drain), 'failed_precondition');
          await closed;
        },
        {
          server: {
            after: [
              () => {
                throw new ServiceError('failed_precondition', 'not today');
              },
            ],
          },
        },
      );
    },
  ],
  [
    'carries metadata back before the first message',
    async (makePair) => {
      const seen: (string | undefined)[] = [];
      await withStreamPair(
        makePair,
        async () => numbered(1),
        async (call) => {
          await drain(await call({}, background));
        },
        {
          server: { before: [(_ctx, call) => call.responseMetadata.set('x-served-by', 'pier 7')] },
          client: {
            after: [(_ctx, call) => void seen.push(call.responseMetadata.get('x-served-by'))],
          },
        },
      );
      deepEqual(seen, ['pier 7']);
    },
  ],
  [
    'says on both sides which kind of operation runs',
    async (makePair) => {
      const sides: string[] = [];
      const endpoint: Endpoint<Message, Messages> = async (_request, ctx) => {
        note(sides, ctx);
        return numbered(0);
      };
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          await drain(await call({}, background));
        },
        { client: { middleware: noting(sides) } },
      );
      deepEqual(sides, ['client server_stream', 'server server_stream']);
    },
  ],
];
