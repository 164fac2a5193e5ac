import { rejects } from 'node:assert/strict';
import {
  background,
  type Context,
  isServiceError,
  type Middleware,
  ServiceError,
} from '@fairlead/endpoint';
import type { BreakerBinding, BreakerScene } from './binding.ts';

/** How many failures in a row open a breaker of the suite, and for how many milliseconds. */
export const tripAt = 5;
export const openMs = 1000;

/** What a call fails with where the other end does not do its work. */
export const down: ServiceError = new ServiceError('internal', 'down');

/** A breaker with what the cases do to it. */
export interface Stage extends BreakerScene {
  /** Makes calls that answer; rejects where one does not. */
  succeed(times?: number): Promise<void>;
  /** Makes calls that reach the endpoint and fail there with this; rejects where one does not. */
  fail(times?: number, error?: unknown): Promise<void>;
  /** Rejects unless a call is refused as one to an open breaker is. */
  refuses(): Promise<void>;
  /** Opens it, and lets it be half open. */
  halfOpen(): Promise<void>;
  /** Begins a call that reaches the endpoint and is ended by hand. */
  hang(ctx?: Context): OpenCall;
}

/** A call that is under way. */
export interface OpenCall {
  readonly outcome: Promise<unknown>;
  /** Whether the endpoint was called. */
  reached(): boolean;
  /** Ends it at the endpoint; waits until the caller has the outcome. */
  answer(): Promise<void>;
  fail(): Promise<void>;
}

/** Plays a case on a breaker of its own. */
export async function onStage(
  binding: BreakerBinding,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const scene = binding.open();
  const { middleware } = scene;
  const fail: Stage['fail'] = async (times = 1, error = down) => {
    for (let i = 0; i < times; i++) {
      const call = middleware(() => Promise.reject(error))('hello', background);
      await rejects(call, (thrown) => thrown === error);
    }
  };
  try {
    await play({
      middleware,
      pass: (ms) => scene.pass(ms),
      fail,
      async succeed(times = 1) {
        for (let i = 0; i < times; i++) await middleware(async () => 'well')('hello', background);
      },
      async refuses() {
        await rejects(
          middleware(async () => 'well')('hello', background),
          (thrown) => isServiceError(thrown, 'unavailable') && thrown.unsent,
        );
      },
      async halfOpen() {
        // One that counts calls under way as well may be open before the last.
        const call = middleware(() => Promise.reject(down));
        for (let i = 0; i < tripAt; i++) await rejects(call('hello', background));
        await scene.pass(openMs + 1);
      },
      hang: (ctx = background) => hang(middleware, ctx),
    });
  } finally {
    scene.close?.();
  }
}

function hang(middleware: Middleware, ctx: Context): OpenCall {
  let reached = false;
  let end = (_error?: unknown): void => {};
  const outcome = middleware((_request: string, own: Context) => {
    reached = true;
    return new Promise<string>((resolve, reject) => {
      end = (error) => (error === undefined ? resolve('well') : reject(error));
      own.onAbort(reject);
    });
  })('hello', ctx);
  const settled = outcome.then(
    () => {},
    () => {},
  );
  return {
    outcome,
    reached: () => reached,
    answer() {
      end();
      return settled;
    },
    fail() {
      end(down);
      return settled;
    },
  };
}
