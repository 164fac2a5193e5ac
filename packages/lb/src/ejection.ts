import type { EjectionRules } from './ejection-rules.ts';
import type { Health } from './health.ts';
import type { Outcome } from './outcome.ts';
import { outliers } from './outliers.ts';

/** The rules of ejection over a set of instances. Timer-free: what is due is done at the next call. */
export interface Ejection {
  /** Judges the end of a call. Returns whether an instance was put out. */
  ended(health: Health, outcome: Outcome, now: number): boolean;
  /** Lets those back whose time is over. Returns whether there was one. */
  refresh(now: number): boolean;
  /** When {@link refresh} has something to do at the earliest. */
  readonly nextReturnAt: number;
}

/**
 * Outlier ejection after Envoy and gRPC (proposal A50), with the numbers of small sets and a faster way
 * for instances that cannot be reached. An instance that comes back is on probation: one more failure
 * puts it out again, for longer; each interval that it does well forgives one time.
 *
 * @param healths the health of every instance, as it is at that moment
 */
export function ejection(healths: () => Iterable<Health>, rules: EjectionRules): Ejection {
  let nextSweepAt = Infinity;
  let nextReturnAt = Infinity;

  function putOut(health: Health, now: number, forMs: number): void {
    health.ejectedUntil = now + forMs;
    nextReturnAt = Math.min(nextReturnAt, health.ejectedUntil);
  }

  function eject(health: Health, now: number): boolean {
    if (health.isEjected || !mayEject(healths(), rules.maxShare)) return false;
    health.ejections++;
    putOut(health, now, Math.min(rules.maxMs, rules.baseMs * health.ejections));
    return true;
  }

  function miss(health: Health, now: number): boolean {
    const doublings = Math.min(health.missed++, 5);
    if (health.isEjected) return false;
    health.isUnreachable = true;
    putOut(health, now, rules.unreachableMs * 2 ** doublings);
    return true;
  }

  /** Judges the rates of the interval that is over, and begins another. */
  function sweep(now: number): boolean {
    nextSweepAt = now + rules.intervalMs;
    const bad = outliers(healths(), rules);
    let changed = false;
    for (const health of healths()) {
      if (bad.has(health)) changed = eject(health, now) || changed;
      else if (hasDoneWell(health) && health.ejections > 0) health.ejections--;
      health.successes = 0;
      health.failures = 0;
    }
    return changed;
  }

  function judge(health: Health, outcome: Outcome, now: number): boolean {
    if (outcome === 'canceled') return false;
    if (outcome === 'success') {
      health.successes++;
      health.consecutive = 0;
      health.missed = 0;
      health.isOnProbation = false;
      return false;
    }
    health.failures++;
    if (outcome === 'unreachable') return miss(health, now);
    // An instance that has too much to do is alive and says so: that counts for the rate alone.
    if (outcome === 'failure') health.consecutive++;
    const isDue = health.isOnProbation || health.consecutive >= rules.consecutiveFailures;
    return isDue && eject(health, now);
  }

  return {
    get nextReturnAt() {
      return nextReturnAt;
    },
    ended(health, outcome, now) {
      if (nextSweepAt === Infinity) nextSweepAt = now + rules.intervalMs;
      const swept = now >= nextSweepAt && sweep(now);
      return judge(health, outcome, now) || swept;
    },
    refresh(now) {
      let changed = false;
      nextReturnAt = Infinity;
      for (const health of healths()) {
        if (health.ejectedUntil > now) nextReturnAt = Math.min(nextReturnAt, health.ejectedUntil);
        else if (health.isEjected) {
          letBack(health);
          changed = true;
        }
      }
      return changed;
    },
  };
}

/** Whether it has answered in the interval, and not only failed since it came back. */
function hasDoneWell({ isEjected, isOnProbation, successes }: Health): boolean {
  return !isEjected && !isOnProbation && successes > 0;
}

function letBack(health: Health): void {
  health.ejectedUntil = -Infinity;
  health.isUnreachable = false;
  health.isOnProbation = true;
  health.consecutive = 0;
}

/** Whether one more may go; those that cannot be reached are not among those who could help. */
function mayEject(healths: Iterable<Health>, maxShare: number): boolean {
  let total = 0;
  let out = 0;
  for (const health of healths) {
    if (health.isUnreachable) continue;
    total++;
    if (health.isEjected) out++;
  }
  return out < Math.max(1, Math.floor(total * maxShare));
}
