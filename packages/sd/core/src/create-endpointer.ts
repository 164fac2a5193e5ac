import {
  abortable,
  type Clock,
  checkNumber,
  createContext,
  type ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { fullJitter } from './backoff.ts';
import type { Instancer } from './discovery.ts';
import type { Endpointer, Endpoints, Factory } from './endpointer.ts';
import { firstState } from './first-state.ts';
import { createMaker } from './making.ts';
import type { PersistenceOptions } from './persist.ts';
import { PublishedEndpoints } from './published-endpoints.ts';
import { reporter } from './report.ts';
import { Slots } from './slots.ts';
import { subscribers } from './subscribers.ts';

/** How an endpointer makes and closes its values. */
export interface EndpointerOptions extends PersistenceOptions {
  /** How long one attempt of a factory may take, in milliseconds. Default 10 000. */
  readonly factoryMs?: number | undefined;
  /**
   * How long the calls to an instance that is gone may take before its value is closed, in
   * milliseconds. It is closed as soon as the last one has ended. Default 30 000.
   */
  readonly drainMs?: number | undefined;
  /**
   * Drops every value when the registry could not be read for so long, in milliseconds from the first
   * error; they are made anew when it can be read. Default: never, for what is known is better than
   * nothing.
   */
  readonly invalidateOnErrorMs?: number | undefined;
}

/**
 * Makes an endpointer: one value of the factory for each instance that the instancer knows. It begins
 * to follow the instancer when it is first used.
 *
 * A value stays the same as long as its instance has the same id and address, whatever else changes,
 * and also when the instance comes back before its value was closed. The factory is tried again, with
 * a backoff, while the instance is listed.
 */
export function createEndpointer<T>(
  instancer: Instancer,
  factory: Factory<T>,
  options: EndpointerOptions = {},
): Endpointer<T> {
  const { clock = systemClock, random = systemRandom, backoff = fullJitter() } = options;
  const drainMs = checkNumber('drainMs', options.drainMs ?? 30_000);
  const factoryMs = checkNumber('factoryMs', options.factoryMs ?? 10_000);
  const invalidateMs = checkNumber('invalidateOnErrorMs', options.invalidateOnErrorMs ?? Infinity);
  const report = reporter(options.onError);
  const closing = createContext({ clock });
  const maker = createMaker({ factory, factoryMs, clock, random, backoff, report }, closing);
  const slots = new Slots<T>({ clock, drainMs, report }, maker, () => published.renewSoon(slots));
  const isTrusted = trust(clock, invalidateMs, () => slots.drop());
  const all = subscribers((): Endpoints<T> => published.current, report);
  const published = new PublishedEndpoints<T>(all.announce);
  let unsubscribe: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  function start(): void {
    if (unsubscribe !== undefined || closed !== undefined) return;
    unsubscribe = () => {};
    unsubscribe = instancer.subscribe((discovery) => {
      published.registryError = discovery.error;
      if (isTrusted(discovery.error)) slots.follow(discovery);
      published.renew(slots);
    });
  }

  async function close(): Promise<void> {
    unsubscribe?.();
    isTrusted(undefined);
    all.clear();
    closing.cancel();
    const drained = slots.end();
    using limit = createContext({ clock, timeoutMs: drainMs });
    // A factory that is at work was told to end; what it makes even later is closed then.
    await abortable(maker.idle(), limit).catch(() => {});
    await drained;
    published.renew(slots);
  }

  return {
    get current() {
      start();
      return published.current;
    },
    subscribe(listener) {
      start();
      return all.add(listener);
    },
    ready(ctx) {
      start();
      const what = 'there is no endpoint yet';
      const pick = (state: Endpoints<T>) => (state.entries.length > 0 ? state : undefined);
      const ready = pick(published.current);
      if (ready !== undefined) return Promise.resolve(ready);
      return firstState(all, { what, pick, why: () => published.current.error, closing }, ctx);
    },
    close() {
      closed ??= close();
      return closed;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** Whether a set may be used still that an error of so long ago keeps from being confirmed. */
function trust(
  clock: Clock,
  invalidateMs: number,
  expired: () => void,
): (error: ServiceError | undefined) => boolean {
  let stopTimer: (() => void) | undefined;
  let isExpired = false;
  return (error) => {
    if (error === undefined) {
      stopTimer?.();
      stopTimer = undefined;
      isExpired = false;
    } else if (invalidateMs < Infinity) {
      stopTimer ??= clock.schedule(invalidateMs, () => {
        isExpired = true;
        expired();
      });
    }
    return !isExpired;
  };
}
