import {
  checkNumber,
  createContext,
  ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { fullJitter } from './backoff.ts';
import type { Discovery, Instancer } from './discovery.ts';
import { firstState } from './first-state.ts';
import type { Instance } from './instance.ts';
import type { InstanceSource } from './instance-source.ts';
import { KnownSet } from './known-set.ts';
import { Listing } from './listing.ts';
import { type PersistenceOptions, persist } from './persist.ts';
import { type ErrorListener, reporter } from './report.ts';
import { SetGuard } from './set-guard.ts';
import { subscribers } from './subscribers.ts';
import { watchSource } from './watch-source.ts';

/** How an instancer follows its registry. */
export interface InstancerOptions extends PersistenceOptions {
  /** Is told of each failure to read, of entries that are left out, and of listeners that throw. */
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

/** Makes an instancer of a registry. No I/O before somebody subscribes or waits; see {@link Instancer}. */
export function createInstancer(source: InstanceSource, options: InstancerOptions = {}): Instancer {
  const { clock = systemClock, random = systemRandom, backoff = fullJitter() } = options;
  const { name } = source;
  const report = reporter(options.onError);
  const guard = new SetGuard({
    confirmMs: checkNumber('confirmMs', options.confirmMs ?? 30_000),
    maxShrink: checkNumber('maxShrink', options.maxShrink ?? 0.5, { max: 1 }),
  });
  const listing = new Listing({
    maxInstances: checkNumber('maxInstances', options.maxInstances ?? 100_000, { min: 1 }),
    accept: options.accept ?? (() => true),
    rejected: (reasons) => report(leftOut(name, reasons)),
  });
  const closing = createContext({ clock });
  const all = subscribers((): Discovery => known.current, report);
  const known = new KnownSet({ name, clock, listing, guard, changed: all.announce, report });
  let startedAt: number | undefined;
  let following: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  function start(): void {
    if (following !== undefined || closed !== undefined) return;
    startedAt = clock.now();
    const watched = { source, listing, guard, known };
    following = persist((succeeded) => watchSource(watched, succeeded, closing), {
      ctx: closing,
      backoff,
      random,
      failed: (thrown) => known.failed(thrown),
    });
  }

  async function close(): Promise<void> {
    all.clear();
    closing.cancel();
    await following;
  }

  return {
    get current() {
      return known.current;
    },
    subscribe(listener) {
      const unsubscribe = all.add(listener);
      start();
      return unsubscribe;
    },
    ready(ctx) {
      start();
      const { instances } = known.current;
      if (instances !== undefined) return Promise.resolve(instances);
      const why = () => known.current.error;
      const what = `the instances of ${name} are not known`;
      return firstState(all, { what, pick: (state) => state.instances, why, closing }, ctx);
    },
    stalenessMs() {
      const { error, confirmedAt } = known.current;
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

function leftOut(name: string, reasons: readonly string[]): ServiceError {
  const some = reasons.slice(0, 5).join('; ');
  const more = reasons.length > 5 ? `; and ${reasons.length - 5} more` : '';
  return new ServiceError('invalid_argument', `${name} lists what is left out: ${some}${more}`);
}
