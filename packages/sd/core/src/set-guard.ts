import type { InstanceChange } from './discovery.ts';
import { type Instance, sameInstance } from './instance.ts';
import type { ListingChange } from './listing.ts';

/** When an answer is not believed at once. */
export interface GuardOptions {
  readonly confirmMs: number;
  readonly maxShrink: number;
}

/** One answer of a registry, as the guard sees it. */
export interface Reading extends ListingChange {
  /** How many it lists now. */
  readonly listed: number;
  /** Whether it is a whole set: that alone can confirm what an earlier one said. */
  readonly whole: boolean;
  readonly now: number;
}

/**
 * Stands between what a registry lists and what is published. A registry that was restarted empty,
 * or that lost most of its leases in an outage of its own, answers without an error: what it lists no
 * more is then kept, as doubtful, until a second whole reading says the same.
 */
export interface SetGuard {
  /** What follows from a reading for the published set. */
  read(reading: Reading): InstanceChange;
  /** Those that are published and in doubt, sorted by nothing. */
  doubtful(): Iterable<Instance>;
  /** When a whole reading could confirm the oldest doubt; undefined while there is none. */
  readonly confirmAt: number | undefined;
  /** The registry failed: an answer from before proves nothing after. */
  failed(): void;
}

interface Doubt {
  readonly instance: Instance;
  /** When the first reading without it came; undefined when that was before a failure. */
  since: number | undefined;
}

export function createSetGuard({ confirmMs, maxShrink }: GuardOptions): SetGuard {
  const published = new Map<string, Instance>();
  const doubts = new Map<string, Doubt>();
  /** The ids of the doubts by their addresses. */
  const doubtAt = new Map<string, string>();
  // The size that a shrink is measured against: the largest of the last confirmMs, so that many
  // small steps in a short time are as doubtful as one large one.
  let reference = 0;
  let referenceAt = -Infinity;

  function isDoubtful({ listed, now }: Reading, before: number): boolean {
    if (before >= reference || now - referenceAt >= confirmMs) {
      reference = before;
      referenceAt = now;
    }
    const tooFew = listed < reference * (1 - maxShrink) || (listed === 0 && before > 0);
    return tooFew && confirmMs > 0;
  }

  function forget(id: string): void {
    const doubt = doubts.get(id);
    if (doubt === undefined) return;
    doubts.delete(id);
    doubtAt.delete(doubt.instance.address);
  }

  return {
    read(reading) {
      const { whole, now } = reading;
      const before = published.size;
      const put: Instance[] = [];
      const removed: Instance[] = [];
      const doubted: Instance[] = [];
      const remove = (instance: Instance): void => {
        forget(instance.id);
        published.delete(instance.id);
        removed.push(instance);
      };

      const taken = reading.removed.length === 0 ? undefined : addressesOf(reading.put);
      for (const instance of reading.put) {
        const squatter = published.get(doubtAt.get(instance.address) ?? '');
        if (squatter !== undefined && squatter.id !== instance.id) remove(squatter);
        const known = published.get(instance.id);
        const kept = known !== undefined && sameInstance(known, instance) ? known : instance;
        forget(instance.id);
        published.set(kept.id, kept);
        put.push(kept);
      }
      const doubtful = isDoubtful(reading, before);
      for (const { id } of reading.removed) {
        const instance = published.get(id);
        if (instance === undefined) continue;
        if (!doubtful || taken?.has(instance.address)) remove(instance);
        else {
          doubts.set(id, { instance, since: now });
          doubtAt.set(instance.address, id);
          doubted.push(instance);
        }
      }
      for (const doubt of whole || !doubtful ? doubts.values() : []) {
        doubt.since ??= now;
        if (!doubtful || now - doubt.since >= confirmMs) remove(doubt.instance);
      }
      return { put, removed, doubted };
    },
    *doubtful() {
      for (const { instance } of doubts.values()) yield instance;
    },
    get confirmAt() {
      let oldest = Infinity;
      for (const { since = Infinity } of doubts.values()) oldest = Math.min(oldest, since);
      return oldest === Infinity ? undefined : oldest + confirmMs;
    },
    failed() {
      for (const doubt of doubts.values()) doubt.since = undefined;
    },
  };
}

function addressesOf(instances: readonly Instance[]): ReadonlySet<string> {
  return new Set(instances.map(({ address }) => address));
}
