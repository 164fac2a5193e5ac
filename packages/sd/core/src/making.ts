import type { CancelableContext, Clock, Context, Random, ServiceError } from '@fairlead/endpoint';
import type { Backoff } from './backoff.ts';
import type { Factory, Owned } from './endpointer.ts';
import type { Instance } from './instance.ts';
import { closeOwned } from './owned-entry.ts';
import { unavailable } from './report.ts';

/** How values are made. */
export interface MakerOptions<T> {
  readonly factory: Factory<T>;
  /** How long one attempt may take, in milliseconds. */
  readonly factoryMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  readonly report: (thrown: unknown) => void;
}

/** Who wants a value for an instance, as it is listed at the time of each attempt. */
export interface Order<T> {
  readonly instance: Instance;
  made(owned: Owned<T>): void;
  /** An attempt failed; there will be another one. */
  failed(error: ServiceError): void;
}

/** Makes values, again and again until it succeeds or nobody wants them any more. */
export interface Maker<T> {
  /** Calls `made` once, at once where the factory is synchronous. Returns what takes the order back. */
  make(order: Order<T>): () => void;
  /** Resolves when no factory is at work. */
  idle(): Promise<unknown>;
}

export function createMaker<T>(options: MakerOptions<T>, closing: Context): Maker<T> {
  const { factory, factoryMs, clock, random, backoff, report } = options;
  const atWork = new Set<Promise<unknown>>();

  function attempt(order: Order<T>, scope: CancelableContext, count: number): void {
    const again = (thrown: unknown): void => {
      if (scope.error !== undefined) return;
      const stop = clock.schedule(backoff(count, random), () => {
        unlink();
        attempt(order, scope, count + 1);
      });
      const unlink = scope.onAbort(stop);
      const failure = unavailable(`no value was made for ${order.instance.id}`, thrown);
      report(failure);
      order.failed(failure);
    };
    const limit = scope.withTimeout(factoryMs);
    try {
      const made = factory(order.instance, limit);
      if (isLater(made)) {
        wait(made, limit, { take: (owned) => deliver(order, scope, owned), again });
        return;
      }
      limit[Symbol.dispose]();
      deliver(order, scope, made);
    } catch (thrown) {
      limit[Symbol.dispose]();
      again(thrown);
    }
  }

  function deliver(order: Order<T>, scope: CancelableContext, owned: Owned<T>): void {
    if (!('value' in owned)) throw new TypeError('a factory must return { value, close? }');
    scope[Symbol.dispose]();
    order.made(owned);
  }

  function wait(made: Promise<Owned<T>>, limit: Context & Disposable, then: Outcome<T>): void {
    let isLate = false;
    const unlink = limit.onAbort((error) => {
      isLate = true;
      then.again(error);
    });
    const work = made
      .then(
        (owned) => {
          if (isLate) return closeOwned(owned, report);
          unlink();
          return then.take(owned);
        },
        (thrown) => {
          if (isLate) return;
          unlink();
          then.again(thrown);
        },
      )
      .catch(then.again)
      .finally(() => {
        limit[Symbol.dispose]();
        atWork.delete(work);
      });
    atWork.add(work);
  }

  return {
    make(order) {
      const scope = closing.withCancel();
      attempt(order, scope, 1);
      return () => {
        scope.cancel();
        scope[Symbol.dispose]();
      };
    },
    idle: () => Promise.all(atWork),
  };
}

interface Outcome<T> {
  take(owned: Owned<T>): void;
  again(thrown: unknown): void;
}

function isLater<T>(made: Owned<T> | Promise<Owned<T>>): made is Promise<Owned<T>> {
  return 'then' in made;
}
