import { checkNumber } from '@fairlead/endpoint';
import type { Outcome } from './outcome.ts';

/** When an instance is left out for a while, and for how long. */
export interface EjectionOptions {
  /** So many failures in a row put it out. Default 5. */
  readonly consecutiveFailures?: number | undefined;
  /** So great a share of failures within one interval puts it out, from 0 to 1. Default 0.5. */
  readonly failureRatio?: number | undefined;
  /**
   * So many standard deviations below the mean success rate of all put it out, where at least five
   * instances have enough calls. Default 1.9; `Infinity` for never. Blind when a fifth of all are bad,
   * which is why the two rules above stand beside it.
   */
  readonly deviations?: number | undefined;
  /** A success rate as good as this never puts it out, however good the others are. Default 0.95. */
  readonly fairSuccessRate?: number | undefined;
  /** How many calls of an interval it takes to judge a rate. Default 10. */
  readonly minCalls?: number | undefined;
  /** How often rates are judged, in milliseconds. Default 10 000. */
  readonly intervalMs?: number | undefined;
  /** How long the first time lasts, in milliseconds; the n-th in a row lasts n times as long. Default 30 000. */
  readonly baseMs?: number | undefined;
  /** The longest time, in milliseconds. Default 300 000. */
  readonly maxMs?: number | undefined;
  /** The share of all instances that may be out at once, from 0 to 1, but one may always be. Default 0.33. */
  readonly maxShare?: number | undefined;
  /** How long an instance is out that a call did not even reach, in milliseconds: doubled each time, up to 32 times. Default 1000. */
  readonly unreachableMs?: number | undefined;
}

/** How one instance has done lately. A class, as the one hot object: its numbers change with each call. */
export class Health {
  /** When it may be called again, in the clock's milliseconds; `-Infinity` while it may. */
  ejectedUntil = -Infinity;
  /** Whether it is out because calls did not reach it. */
  isUnreachable = false;
  /** How often it was put out in a row. */
  ejections = 0;
  /** Whether it has come back and not yet answered a call. */
  isOnProbation = false;
  consecutive = 0;
  /** Failures in a row that never got there. */
  missed = 0;
  successes = 0;
  failures = 0;
}

/** The rules of ejection over a set of instances. Timer-free: what is due is done at the next call. */
export interface Ejection {
  /** Judges the end of a call. Returns whether an instance was put out. */
  ended(health: Health, outcome: Outcome, now: number): boolean;
  /** Lets those back whose time is over. Returns whether there was one. */
  refresh(now: number): boolean;
  /** When {@link refresh} has something to do at the earliest. */
  readonly nextReturnAt: number;
}

/** How many instances with enough calls it takes before one is compared with the others. */
const minCompared = 5;

/**
 * Outlier ejection after Envoy and gRPC (proposal A50), with the numbers of small sets and a faster way
 * for instances that cannot be reached. An instance that comes back is on probation: one more failure
 * puts it out again, for longer; each interval that it does well forgives one time.
 *
 * @param healths the health of every instance, as it is at that moment
 */
export function ejection(
  healths: () => Iterable<Health>,
  options: EjectionOptions = {},
): Ejection {
  const share = { min: 0, max: 1 };
  const consecutiveFailures = checkNumber('consecutiveFailures', options.consecutiveFailures ?? 5, { min: 1 });
  const failureRatio = checkNumber('failureRatio', options.failureRatio ?? 0.5, share);
  const deviations = checkNumber('deviations', options.deviations ?? 1.9);
  const fairSuccessRate = checkNumber('fairSuccessRate', options.fairSuccessRate ?? 0.95, share);
  const minCalls = checkNumber('minCalls', options.minCalls ?? 10, { min: 1 });
  const intervalMs = checkNumber('intervalMs', options.intervalMs ?? 10_000, { min: 1 });
  const baseMs = checkNumber('baseMs', options.baseMs ?? 30_000);
  const maxMs = Math.max(baseMs, checkNumber('maxMs', options.maxMs ?? 300_000));
  const maxShare = checkNumber('maxShare', options.maxShare ?? 0.33, share);
  const unreachableMs = checkNumber('unreachableMs', options.unreachableMs ?? 1000);
  let nextSweepAt = -Infinity;
  let nextReturnAt = Infinity;

  function putOut(health: Health, now: number, forMs: number): void {
    health.ejectedUntil = now + forMs;
    health.isOnProbation = false;
    health.consecutive = 0;
    nextReturnAt = Math.min(nextReturnAt, health.ejectedUntil);
  }

  /** Whether one more may go; those that cannot be reached are not among those who could help. */
  function mayEject(): boolean {
    let total = 0;
    let out = 0;
    for (const { ejectedUntil, isUnreachable } of healths()) {
      if (isUnreachable) continue;
      total++;
      if (ejectedUntil > -Infinity) out++;
    }
    return out < Math.max(1, Math.floor(total * maxShare));
  }

  function eject(health: Health, now: number): boolean {
    if (health.ejectedUntil > -Infinity || !mayEject()) return false;
    health.ejections++;
    putOut(health, now, Math.min(maxMs, baseMs * health.ejections));
    return true;
  }

  function miss(health: Health, now: number): boolean {
    const doublings = Math.min(health.missed++, 5);
    if (health.ejectedUntil > -Infinity) return false;
    health.isUnreachable = true;
    putOut(health, now, unreachableMs * 2 ** doublings);
    return true;
  }

  /** Judges the rates of the interval that is over, and begins another. */
  function sweep(now: number): boolean {
    nextSweepAt = now + intervalMs;
    const judged = [...healths()].filter((h) => h.successes + h.failures >= minCalls);
    const limit = Math.min(fairSuccessRate, judged.length < minCompared ? 0 : fairest(judged.map(rateOf)));
    let changed = false;
    for (const health of healths()) {
      const isBad = judged.includes(health) && (rateOf(health) < limit || rateOf(health) <= 1 - failureRatio);
      if (isBad) changed = eject(health, now) || changed;
      else if (health.ejectedUntil === -Infinity && health.ejections > 0) health.ejections--;
      health.successes = 0;
      health.failures = 0;
    }
    return changed;
  }

  /** The success rate below which one stands out from the others. */
  function fairest(rates: readonly number[]): number {
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
    return mean - deviations * Math.sqrt(variance);
  }

  return {
    get nextReturnAt() {
      return nextReturnAt;
    },
    ended(health, outcome, now) {
      if (nextSweepAt === -Infinity) nextSweepAt = now + intervalMs;
      const swept = now >= nextSweepAt && sweep(now);
      return judge(health, outcome, now) || swept;
    },
    refresh(now) {
      let changed = false;
      nextReturnAt = Infinity;
      for (const health of healths()) {
        if (health.ejectedUntil === -Infinity) continue;
        if (health.ejectedUntil > now) {
          nextReturnAt = Math.min(nextReturnAt, health.ejectedUntil);
          continue;
        }
        health.ejectedUntil = -Infinity;
        health.isUnreachable = false;
        health.consecutive = 0;
        health.isOnProbation = true;
        changed = true;
      }
      return changed;
    },
  };

  function judge(health: Health, outcome: Outcome, now: number): boolean {
    switch (outcome) {
      case 'canceled':
        return false;
      case 'success':
        health.successes++;
        health.consecutive = 0;
        health.missed = 0;
        health.isOnProbation = false;
        return false;
      case 'overload':
        // It is alive and says so: for the rate alone.
        health.failures++;
        return health.isOnProbation && eject(health, now);
      case 'unreachable':
        health.failures++;
        return miss(health, now);
      default:
        health.failures++;
        health.consecutive++;
        return (
          (health.isOnProbation || health.consecutive >= consecutiveFailures) && eject(health, now)
        );
    }
  }
}

function rateOf({ successes, failures }: Health): number {
  return successes / (successes + failures);
}
