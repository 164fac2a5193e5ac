import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { pastDeadlineAtWork } from '../transport-conformance/past-deadline.ts';
import { type Messages, type ResponsesRequirement, withStreamPair } from './binding.ts';
import { collect, drain, endOf, lingering, numbered, untouched } from './streams.ts';

/** A stream of responses ends on both sides, whoever ends it, and its producer's `finally` runs. */
export const responseEndings: readonly ResponsesRequirement[] = [
  [
    'closes the producer when the reader breaks off, and ends the server’s context',
    async (makePair) => {
      const { endpoint, closed, ended } = lingering(3);
      await withStreamPair(makePair, endpoint, async (call) => {
        for await (const _ of await call({}, background)) break;
        equal((await ended).code, 'canceled');
        await closed;
      });
    },
  ],
  [
    'closes a producer without an end when the reader breaks off',
    async (makePair) => {
      const { endpoint, closed } = lingering(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        for await (const { n } of await call({}, background)) if (n === 10) break;
        await closed;
      });
    },
  ],
  [
    'closes the producer when the reader throws into the stream',
    async (makePair) => {
      const { endpoint, closed, ended } = lingering(3);
      await withStreamPair(makePair, endpoint, async (call) => {
        const iterator = (await call({}, background))[Symbol.asyncIterator]();
        await iterator.next();
        const thrown = new Error('the reader had enough');
        ok(iterator.throw, 'the stream has no throw()');
        await rejects(iterator.throw(thrown), (error) => error === thrown);
        equal((await ended).code, 'canceled');
        await closed;
        equal((await iterator.next()).done, true);
      });
    },
  ],
  [
    'closes a stream that the reader turns away from before the first message',
    async (makePair) => {
      const { endpoint, ended } = lingering(0);
      await withStreamPair(makePair, endpoint, async (call) => {
        await (await call({}, background))[Symbol.asyncIterator]().return?.();
        equal((await ended).code, 'canceled');
      });
    },
  ],
  [
    'ends on both sides when the caller cancels while it waits for a message',
    async (makePair) => {
      const { endpoint, closed, ended } = lingering(2);
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        const iterator = (await call({}, ctx))[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.next();
        const failed = failureOfCall(iterator.next(), 'aborted');
        ctx.cancel(new ServiceError('aborted', 'the user left'));
        equal((await failed).message, 'the user left');
        equal((await ended).code, 'canceled');
        await closed;
      });
    },
  ],
  [
    'ends on both sides when the caller cancels between two messages',
    async (makePair) => {
      const { endpoint, closed } = lingering(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        const reading = (async () => {
          for await (const { n } of await call({}, ctx)) if (n === 5) ctx.cancel();
        })();
        await failureOfCall(reading, 'canceled');
        await closed;
      });
    },
  ],
  [
    'ends on both sides at the deadline',
    (makePair) =>
      pastDeadlineAtWork((allowedMs) => {
        const { endpoint, opened, closed, ended, made } = lingering(1);
        return withStreamPair(makePair, endpoint, async (call) => {
          using ctx = background.withTimeout(allowedMs);
          const reading = call({}, ctx).then(drain);
          await failureOfCall(reading, 'deadline_exceeded');
          if (made() === 0) return false;
          ok((await opened).remainingMs() <= allowedMs, 'the server knows of another deadline');
          ok(['deadline_exceeded', 'canceled'].includes((await ended).code));
          await closed;
          return true;
        });
      }),
  ],
  [
    'keeps to the time that the client was told, until the end of the stream',
    (makePair) =>
      pastDeadlineAtWork((timeoutMs) => {
        const { endpoint, closed, made } = lingering(1);
        return withStreamPair(
          makePair,
          endpoint,
          async (call) => {
            await failureOfCall(call({}, background).then(drain), 'deadline_exceeded');
            if (made() === 0) return false;
            await closed;
            return true;
          },
          { client: { timeoutMs } },
        );
      }),
  ],
  [
    'leaves nothing of a stream that nobody read when its context ends',
    async (makePair) => {
      const { endpoint, ended } = lingering(2);
      const serverOver = deferred<string | undefined>();
      const clientOver = deferred<string | undefined>();
      await withStreamPair(
        makePair,
        endpoint,
        async (call) => {
          const ctx = background.withCancel();
          await call({}, ctx);
          ctx.cancel();
          equal((await ended).code, 'canceled');
          equal(await serverOver.promise, 'canceled');
          equal(await clientOver.promise, 'canceled');
        },
        {
          server: { finalize: [(_ctx, _call, { error }) => serverOver.resolve(error?.code)] },
          client: { finalize: [(_ctx, _call, { error }) => clientOver.resolve(error?.code)] },
        },
      );
    },
  ],
  [
    'closes a stream that comes when the caller has gone',
    async (makePair) => {
      const late = untouched();
      const called = deferred<void>();
      const endpoint: Endpoint<Message, Messages> = async (_request, ctx) => {
        called.resolve();
        await endOf(ctx).catch(() => {});
        return late.stream;
      };
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        const failed = failureOfCall(call({}, ctx).then(drain), 'canceled');
        await called.promise;
        ctx.cancel();
        await failed;
        await late.closed;
        equal(late.reads, 0);
      });
    },
  ],
  [
    'closes the stream of the next hop when the reader breaks off',
    async (makePair) => {
      const last = lingering(3);
      await withStreamPair(makePair, last.endpoint, (next) =>
        withStreamPair(makePair, next, async (call) => {
          for await (const _ of await call({}, background)) break;
          equal((await last.ended).code, 'canceled');
          await last.closed;
        }),
      );
    },
  ],
  [
    'serves on after a stream was broken off',
    async (makePair) => {
      const endpoint: Endpoint<Message, Messages> = async () => numbered(1000);
      await withStreamPair(makePair, endpoint, async (call) => {
        for (let round = 0; round < 5; round++) {
          for await (const _ of await call({}, background)) break;
        }
        deepEqual((await collect(await call({}, background))).length, 1000);
      });
    },
  ],
];
