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

interface Doubt {
  readonly instance: Instance;
  /** When the first reading without it came; undefined when that was before a failure. */
  since: number | undefined;
}

/** An {@link InstanceChange} in the making. */
interface Growing {
  readonly put: Instance[];
  readonly removed: Instance[];
  readonly doubted: Instance[];
}

/**
 * Stands between what a registry lists and what is published. A registry that was restarted empty,
 * or that lost most of its leases in an outage of its own, answers without an error: what it lists no
 * more is then kept, as doubtful, until a second whole reading says the same.
 */
export class SetGuard {
  private readonly options: GuardOptions;
  private readonly published = new Map<string, Instance>();
  private readonly doubts = new Map<string, Doubt>();
  /** The ids of the doubts by their addresses. */
  private readonly doubtAt = new Map<string, string>();
  // The size that a shrink is measured against: the largest of the last confirmMs, so that many
  // small steps in a short time are as doubtful as one large one.
  private reference = 0;
  private referenceAt = -Infinity;

  constructor(options: GuardOptions) {
    this.options = options;
  }

  /** What follows from a reading for the published set. */
  read(reading: Reading): InstanceChange {
    const isDoubtful = this.isDoubtful(reading);
    const change: Growing = { put: [], removed: [], doubted: [] };
    for (const instance of reading.put) this.put(instance, change);
    if (reading.removed.length > 0) this.miss(reading, isDoubtful, change);
    if (reading.whole || !isDoubtful) this.settle(reading.now, isDoubtful, change);
    return change;
  }

  /** Those that are published and in doubt, sorted by nothing. */
  doubtful(): Instance[] {
    return Array.from(this.doubts.values(), ({ instance }) => instance);
  }

  /** When a whole reading could confirm the oldest doubt; undefined while there is none. */
  get confirmAt(): number | undefined {
    let oldest = Infinity;
    for (const { since = Infinity } of this.doubts.values()) oldest = Math.min(oldest, since);
    return oldest === Infinity ? undefined : oldest + this.options.confirmMs;
  }

  /** The registry failed: an answer from before proves nothing after. */
  failed(): void {
    for (const doubt of this.doubts.values()) doubt.since = undefined;
  }

  private isDoubtful({ listed, now }: Reading): boolean {
    const { confirmMs, maxShrink } = this.options;
    const before = this.published.size;
    if (before >= this.reference || now - this.referenceAt >= confirmMs) {
      this.reference = before;
      this.referenceAt = now;
    }
    const tooFew = listed < this.reference * (1 - maxShrink) || (listed === 0 && before > 0);
    return tooFew && confirmMs > 0;
  }

  private put(instance: Instance, change: Growing): void {
    const other = this.published.get(this.doubtAt.get(instance.address) ?? '');
    // Another one has its address now: it is gone without a doubt.
    if (other !== undefined && other.id !== instance.id) this.remove(other, change);
    const known = this.published.get(instance.id);
    const kept = known !== undefined && sameInstance(known, instance) ? known : instance;
    this.trust(instance.id);
    this.published.set(kept.id, kept);
    change.put.push(kept);
  }

  private miss({ put, removed, now }: Reading, isDoubtful: boolean, change: Growing): void {
    const taken = new Set(put.map(({ address }) => address));
    for (const { id } of removed) {
      const instance = this.published.get(id);
      if (instance === undefined) continue;
      if (!isDoubtful || taken.has(instance.address)) this.remove(instance, change);
      else {
        this.doubts.set(id, { instance, since: now });
        this.doubtAt.set(instance.address, id);
        change.doubted.push(instance);
      }
    }
  }

  private settle(now: number, isDoubtful: boolean, change: Growing): void {
    for (const doubt of this.doubts.values()) {
      doubt.since ??= now;
      const isConfirmed = now - doubt.since >= this.options.confirmMs;
      if (isConfirmed || !isDoubtful) this.remove(doubt.instance, change);
    }
  }

  private remove(instance: Instance, change: Growing): void {
    this.trust(instance.id);
    this.published.delete(instance.id);
    change.removed.push(instance);
  }

  private trust(id: string): void {
    const doubt = this.doubts.get(id);
    if (doubt === undefined) return;
    this.doubts.delete(id);
    this.doubtAt.delete(doubt.instance.address);
  }
}
