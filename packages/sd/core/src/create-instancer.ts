import {
  type Clock,
  checkNumber,
  createContext,
  type Random,
  ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { type Backoff, fullJitter } from './backoff.ts';
import type { Discovery, Instancer } from './discovery.ts';
import { firstState } from './first-state.ts';
import type { Instance, InstanceInit } from './instance.ts';
import type { Found, InstanceSource } from './instance-source.ts';
import { createListing, type Listing, type ListingChange } from './listing.ts';
import { persist } from './persist.ts';
import { type ErrorListener, reporter, unavailable } from './report.ts';
import { createSetGuard } from './set-guard.ts';
import { withChanges } from './sorted.ts';
import { subscribers } from './subscribers.ts';

/** How an instancer follows its registry. */
export interface InstancerOptions {
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Spreads the reconnects. Default: the randomness of the process. */
  readonly random?: Random | undefined;
  /** How long to wait before the registry is read again after a failure. Default {@link fullJitter}. */
  readonly backoff?: Backoff | undefined;
  /**
   * Is told of each failure to read, of entries that are left out, and of listeners that throw. The
   * instancer itself says nothing and goes on.
   */
  readonly onError?: ErrorListener | undefined;
  /**
   * Which instances may be called at all, against a registry that somebody writes to who should
   * not: see {@link addressesIn}. Default: every valid one.
   */
  readonly accept?: ((instance: Instance) => boolean) | undefined;
  /**
   * How long instances that a doubtful answer lacks are kept, in milliseconds: then the registry is
   * asked anew, and believed. 0 believes every answer. Default 30 000: longer than registrations take
   * to come back to a registry that lost them.
   */
  readonly confirmMs?: number | undefined;
  /**
   * Which part of the set may go within `confirmMs` without a doubt, from 0 to 1. Default 0.5. An
   * empty answer is always doubtful.
   */
  readonly maxShrink?: number | undefined;
  /** The largest set that is taken; a larger one counts as a failure to read. Default 100 000. */
  readonly maxInstances?: number | undefined;
}

const nothing: readonly Instance[] = Object.freeze([]);
const idOf = ({ id }: Instance): string => id;

/** Makes an instancer of a registry. No I/O before somebody subscribes or waits; see {@link Instancer}. */
export function createInstancer(source: InstanceSource, options: InstancerOptions = {}): Instancer {
  const { clock = systemClock, random = systemRandom, backoff = fullJitter() } = options;
  const report = reporter(options.onError);
  const guard = createSetGuard({
    confirmMs: checkNumber('confirmMs', options.confirmMs ?? 30_000),
    maxShrink: checkNumber('maxShrink', options.maxShrink ?? 0.5, { max: 1 }),
  });
  const listing = createListing({
    maxInstances: checkNumber('maxInstances', options.maxInstances ?? 100_000, { min: 1 }),
    accept: options.accept ?? (() => true),
    rejected: (reasons) => report(leftOut(source.name, reasons)),
  });
  const closing = createContext({ clock });
  const all = subscribers(() => current, report);
  let current: Discovery = {
    version: 0,
    instances: undefined,
    doubtful: nothing,
    change: { put: nothing, removed: nothing, doubted: nothing },
    error: undefined,
    confirmedAt: undefined,
  };
  let startedAt: number | undefined;
  let following: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  function start(): void {
    if (following !== undefined || closed !== undefined) return;
    startedAt = clock.now();
    following = persist(watch, { ctx: closing, backoff, random, failed });
  }

  /** One watch after the other, as long as it is our own wish that a watch ends. */
  async function watch(succeeded: () => void): Promise<void> {
    let again = true;
    while (again && closing.error === undefined) {
      again = false;
      using scope = closing.withCancel();
      let stopTimer = (): void => {};
      let failure: { readonly thrown: unknown } | undefined;
      const found = readings(listing, (take, whole) => {
        if (scope.error !== undefined) return;
        try {
          read(take(), whole);
        } catch (thrown) {
          failure = { thrown };
          scope.cancel();
          return;
        }
        succeeded();
        stopTimer();
        if (guard.confirmAt === undefined) return;
        stopTimer = clock.schedule(guard.confirmAt - clock.now(), () => {
          again = true;
          scope.cancel();
        });
      });
      try {
        await source.watch(found, scope);
      } catch (thrown) {
        if (scope.error === undefined) throw thrown;
      } finally {
        stopTimer();
        // A report that comes later must find the watch ended.
        scope.cancel();
      }
      if (failure !== undefined) throw failure.thrown;
    }
  }

  function read(change: ListingChange, whole: boolean): void {
    const now = clock.now();
    const next = guard.read({ ...change, listed: listing.size, whole, now });
    const changed = next.put.length + next.removed.length + next.doubted.length > 0;
    const { instances, error } = current;
    const isNews = changed || instances === undefined;
    current = {
      ...current,
      ...(isNews && {
        version: current.version + 1,
        instances: withChanges(instances ?? nothing, next, idOf),
        doubtful: [...guard.doubtful()].sort((one, other) => (one.id < other.id ? -1 : 1)),
        change: next,
      }),
      error: undefined,
      confirmedAt: now,
    };
    if (isNews || error !== undefined) all.announce();
  }

  function failed(thrown: unknown): void {
    const error = unavailable(`${source.name} cannot be read`, thrown);
    const before = current.error;
    guard.failed();
    current = { ...current, error };
    report(error);
    if (before?.code !== error.code) all.announce();
  }

  async function close(): Promise<void> {
    all.clear();
    closing.cancel();
    await following;
  }

  return {
    get current() {
      return current;
    },
    subscribe(listener) {
      const unsubscribe = all.add(listener);
      start();
      return unsubscribe;
    },
    ready(ctx) {
      start();
      const what = `the instances of ${source.name} are not known`;
      const pick = ({ instances }: Discovery) => instances;
      if (current.instances !== undefined) return Promise.resolve(current.instances);
      return firstState(all, { what, pick, why: () => current.error, closing }, ctx);
    },
    stalenessMs() {
      const { error, confirmedAt } = current;
      const since = confirmedAt ?? startedAt;
      const isFresh = since === undefined || (confirmedAt !== undefined && error === undefined);
      return isFresh ? 0 : clock.now() - since;
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

/** The reports of one watch, as what is to be done with the listing. */
function readings(
  listing: Listing,
  taken: (take: () => ListingChange, whole: boolean) => void,
): Found {
  let isKnown = false;
  const found = (instances: readonly InstanceInit[]): void => {
    isKnown = true;
    taken(() => listing.replace(instances), true);
  };
  const changed: Found['changed'] = (put, removed) =>
    taken(() => {
      if (isKnown) return listing.change(put, removed);
      throw new ServiceError(
        'internal',
        'a source must report the whole set before a change of it',
      );
    }, false);
  return Object.assign(found, { changed });
}

function leftOut(name: string, reasons: readonly string[]): ServiceError {
  const some = reasons.slice(0, 5).join('; ');
  const more = reasons.length > 5 ? `; and ${reasons.length - 5} more` : '';
  return new ServiceError('invalid_argument', `${name} lists what is left out: ${some}${more}`);
}
