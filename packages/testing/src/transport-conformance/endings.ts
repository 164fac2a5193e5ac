import { equal, ok } from 'node:assert/strict';
import {
  background,
  type Context,
  createContext,
  type Endpoint,
  ServiceError,
} from '@fairlead/endpoint';
import { type Message, type Requirement, withPair } from './binding.ts';
import { deferred, failureOfCall } from './expect.ts';
import { pastDeadlineAtWork } from './past-deadline.ts';

/** An endpoint that never answers, when it was called, and how its context ended. */
function hanging(): {
  readonly endpoint: Endpoint<Message, Message>;
  readonly called: Promise<Context>;
  readonly ended: Promise<ServiceError>;
  isCalled(): boolean;
} {
  const called = deferred<Context>();
  const ended = deferred<ServiceError>();
  const endpoint: Endpoint<Message, Message> = (_request, ctx) => {
    ctx.onAbort(ended.resolve);
    called.resolve(ctx);
    return new Promise(() => {});
  };
  return { endpoint, called: called.promise, ended: ended.promise, isCalled: called.isResolved };
}

/** An endpoint that counts its calls. */
function counting(): { readonly endpoint: Endpoint<Message, Message>; calls: number } {
  const counter = {
    calls: 0,
    endpoint: async () => {
      counter.calls++;
      return {};
    },
  };
  return counter;
}

/** A call ends when its context does, on both sides, and not before it was sent in vain. */
export const endings: readonly Requirement[] = [
  [
    'ends on both sides when the caller cancels',
    async (binding) => {
      const { endpoint, called, ended } = hanging();
      await withPair(binding, endpoint, async (call) => {
        const ctx = background.withCancel();
        const failed = failureOfCall(call({}, ctx), 'canceled');
        await called;
        ctx.cancel();
        await failed;
        equal((await ended).code, 'canceled');
      });
    },
  ],
  [
    'ends when the signal of the caller aborts',
    async (binding) => {
      const { endpoint, called, ended } = hanging();
      await withPair(binding, endpoint, async (call) => {
        const controller = new AbortController();
        using ctx = createContext({ signal: controller.signal });
        const failed = failureOfCall(call({}, ctx), 'canceled');
        await called;
        controller.abort();
        await failed;
        await ended;
      });
    },
  ],
  [
    'rejects with the reason that the caller gave',
    async (binding) => {
      const { endpoint, called } = hanging();
      await withPair(binding, endpoint, async (call) => {
        const ctx = background.withCancel();
        const failed = failureOfCall(call({}, ctx), 'aborted');
        await called;
        ctx.cancel(new ServiceError('aborted', 'the user left'));
        equal((await failed).message, 'the user left');
      });
    },
  ],
  [
    'sends nothing when the caller has canceled already',
    async (binding) => {
      const counter = counting();
      await withPair(binding, counter.endpoint, async (call) => {
        const ctx = background.withCancel();
        ctx.cancel();
        await failureOfCall(call({}, ctx), 'canceled');
        await call({}, background);
        equal(counter.calls, 1);
      });
    },
  ],
  [
    'sends nothing when the deadline has passed already',
    async (binding) => {
      const counter = counting();
      await withPair(binding, counter.endpoint, async (call) => {
        using ctx = background.withTimeout(0);
        await failureOfCall(call({}, ctx), 'deadline_exceeded');
        await call({}, background);
        equal(counter.calls, 1);
      });
    },
  ],
  [
    'tells the server the time that is left, and ends on both sides when it is over',
    (binding) =>
      pastDeadlineAtWork((allowedMs) => {
        const { endpoint, called, ended, isCalled } = hanging();
        return withPair(binding, endpoint, async (call) => {
          using ctx = background.withTimeout(allowedMs);
          const remaining = called.then((served) => served.remainingMs());
          await failureOfCall(call({}, ctx), 'deadline_exceeded');
          if (!isCalled()) return false;
          const remainingMs = await remaining;
          ok(
            remainingMs <= allowedMs,
            `the server believes that ${remainingMs} ms are left of ${allowedMs}`,
          );
          ok(['deadline_exceeded', 'canceled'].includes((await ended).code));
          return true;
        });
      }),
  ],
  [
    'keeps to the time that the client was told',
    async (binding) => {
      const { endpoint } = hanging();
      await withPair(
        binding,
        endpoint,
        (call) => failureOfCall(call({}, background), 'deadline_exceeded'),
        { client: { timeoutMs: 30 } },
      );
    },
  ],
  [
    'hands the time that is left to the next hop',
    (binding) =>
      pastDeadlineAtWork((allowedMs) => {
        const last = hanging();
        return withPair(binding, last.endpoint, (next) =>
          withPair(binding, next, async (call) => {
            using ctx = background.withTimeout(allowedMs);
            const remaining = last.called.then((served) => served.remainingMs());
            await failureOfCall(call({}, ctx), 'deadline_exceeded');
            if (!last.isCalled()) return false;
            ok((await remaining) <= allowedMs);
            await last.ended;
            return true;
          }),
        );
      }),
  ],
  [
    'cancels the next hop when the caller cancels',
    async (binding) => {
      const last = hanging();
      await withPair(binding, last.endpoint, (next) =>
        withPair(binding, next, async (call) => {
          const ctx = background.withCancel();
          const failed = failureOfCall(call({}, ctx), 'canceled');
          await last.called;
          ctx.cancel();
          await failed;
          equal((await last.ended).code, 'canceled');
        }),
      );
    },
  ],
  [
    'fails with unavailable when nobody serves any more',
    async (binding) => {
      const pair = await binding.pair(async () => ({}), {});
      await pair.call({}, background);
      await pair.close();
      await failureOfCall(pair.call({}, background), 'unavailable');
    },
  ],
];
