import { deepEqual, equal, ok } from 'node:assert/strict';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred, failureOfCall } from '../transport-conformance/expect.ts';
import { pastDeadlineAtWork } from '../transport-conformance/past-deadline.ts';
import { type Messages, type RequestsRequirement, withStreamPair } from './binding.ts';
import { drain, numbered, untouched, watched } from './streams.ts';

/** An endpoint that reads to the end, and what its reading came to. */
function reading(): {
  readonly endpoint: Endpoint<Messages, Message>;
  /** Fulfilled when a message has come. */
  readonly started: Promise<void>;
  hasStarted(): boolean;
  readonly failed: Promise<unknown>;
  readonly ended: Promise<ServiceError>;
} {
  const started = deferred<void>();
  const failed = deferred<unknown>();
  const ended = deferred<ServiceError>();
  return {
    started: started.promise,
    hasStarted: started.isResolved,
    failed: failed.promise,
    ended: ended.promise,
    endpoint: async (stream, ctx) => {
      ctx.onAbort(ended.resolve);
      try {
        for await (const _ of stream) started.resolve();
      } catch (error) {
        failed.resolve(error);
        throw error;
      }
      return {};
    },
  };
}

function isCanceled(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'canceled';
}

/** A sender that fails when its first message has been read. */
async function* failing(error: Error, read: Promise<void>): AsyncGenerator<Message> {
  yield* numbered(3);
  await read;
  throw error;
}

/** A stream of requests ends on both sides, whoever ends it, and its sender's `finally` runs. */
export const requestEndings: readonly RequestsRequirement[] = [
  [
    'closes the sender when the endpoint answers without having read all',
    async (makePair) => {
      const sender = watched(Infinity);
      await withStreamPair(
        makePair,
        async (stream) => {
          for await (const { n } of stream) if (n === 3) break;
          return { answered: true };
        },
        async (call) => {
          deepEqual(await call(sender.stream, background), { answered: true });
          await sender.closed;
        },
      );
    },
  ],
  [
    'closes the sender when the endpoint answers without having read anything',
    async (makePair) => {
      const sender = watched(Infinity);
      await withStreamPair(
        makePair,
        async () => ({ answered: true }),
        async (call) => {
          deepEqual(await call(sender.stream, background), { answered: true });
        },
      );
      // Where it was never asked for anything, its `finally` does not run.
      if (sender.made > 0) await sender.closed;
    },
  ],
  [
    'closes the sender when the endpoint fails',
    async (makePair) => {
      const sender = watched(Infinity);
      await withStreamPair(
        makePair,
        async (stream) => {
          for await (const { n } of stream) if (n === 3) break;
          throw new ServiceError('invalid_argument', 'three is too many');
        },
        async (call) => {
          const error = await failureOfCall(call(sender.stream, background), 'invalid_argument');
          equal(error.message, 'three is too many');
          await sender.closed;
        },
      );
    },
  ],
  [
    'cancels the endpoint’s reading when the sender fails, and fails with the sender’s own error',
    async (makePair) => {
      const { endpoint, started, failed, ended } = reading();
      await withStreamPair(makePair, endpoint, async (call) => {
        const own = new ServiceError('data_loss', 'the file is gone');
        const error = await failureOfCall(call(failing(own, started), background), 'data_loss');
        equal(error.message, 'the file is gone');
        ok(isCanceled(await failed), 'the reading of the endpoint did not end as canceled');
        equal((await ended).code, 'canceled');
      });
    },
  ],
  [
    'keeps the sender’s own error as the cause where it is no ServiceError',
    async (makePair) => {
      const { endpoint, started, failed } = reading();
      await withStreamPair(makePair, endpoint, async (call) => {
        const own = new Error('EIO');
        const error = await failureOfCall(call(failing(own, started), background), 'internal');
        equal(error.cause, own);
        await failed;
      });
    },
  ],
  [
    'ends on both sides when the caller cancels',
    async (makePair) => {
      const { endpoint, started, failed, ended } = reading();
      const released = deferred<void>();
      const sender = watched(2, () => released.promise);
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        ctx.onAbort(() => released.resolve());
        const answer = failureOfCall(call(sender.stream, ctx), 'aborted');
        await started;
        ctx.cancel(new ServiceError('aborted', 'the user left'));
        equal((await answer).message, 'the user left');
        equal((await ended).code, 'canceled');
        ok(isCanceled(await failed), 'the reading of the endpoint did not end as canceled');
        await sender.closed;
      });
    },
  ],
  [
    'closes a sender without an end when the caller cancels',
    async (makePair) => {
      const { endpoint, started } = reading();
      const sender = watched(Infinity);
      await withStreamPair(makePair, endpoint, async (call) => {
        const ctx = background.withCancel();
        const answer = failureOfCall(call(sender.stream, ctx), 'canceled');
        await started;
        ctx.cancel();
        await answer;
        await sender.closed;
      });
    },
  ],
  [
    'ends on both sides at the deadline',
    (makePair) =>
      pastDeadlineAtWork((allowedMs) => {
        const { endpoint, ended, hasStarted } = reading();
        const released = deferred<void>();
        const sender = watched(2, () => released.promise);
        return withStreamPair(makePair, endpoint, async (call) => {
          using ctx = background.withTimeout(allowedMs);
          ctx.onAbort(() => released.resolve());
          await failureOfCall(call(sender.stream, ctx), 'deadline_exceeded');
          if (!hasStarted()) return false;
          ok(['deadline_exceeded', 'canceled'].includes((await ended).code));
          await sender.closed;
          return true;
        });
      }),
  ],
  [
    'closes the sender, and asks it for nothing, where the caller has canceled already',
    async (makePair) => {
      const sender = untouched();
      await withStreamPair(
        makePair,
        async () => ({}),
        async (call) => {
          const ctx = background.withCancel();
          ctx.cancel();
          await failureOfCall(call(sender.stream, ctx), 'canceled');
          await sender.closed;
          equal(sender.reads, 0);
        },
      );
    },
  ],
  [
    'closes the sender when a before hook of the client throws',
    async (makePair) => {
      const sender = untouched();
      await withStreamPair(
        makePair,
        async () => ({}),
        async (call) => {
          await failureOfCall(call(sender.stream, background), 'failed_precondition');
          await sender.closed;
          equal(sender.reads, 0);
        },
        {
          client: {
            before: [
              () => {
                throw new ServiceError('failed_precondition', 'no token');
              },
            ],
          },
        },
      );
    },
  ],
  [
    'closes the sender when a before hook of the server refuses the call',
    async (makePair) => {
      const sender = watched(Infinity);
      await withStreamPair(
        makePair,
        async (stream) => {
          await drain(stream);
          return {};
        },
        async (call) => {
          await failureOfCall(call(sender.stream, background), 'unauthenticated');
          if (sender.made > 0) await sender.closed;
        },
        {
          server: {
            before: [
              () => {
                throw new ServiceError('unauthenticated', 'who are you?');
              },
            ],
          },
        },
      );
    },
  ],
];
