import { checkNumber } from '@fairlead/endpoint';

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

/** The options of an ejection, checked and complete. */
export type EjectionRules = { readonly [Name in keyof EjectionOptions]-?: number };

/** Fills in the defaults; throws where an option is out of its range. */
export function ejectionRules(options: EjectionOptions): EjectionRules {
  const share = { min: 0, max: 1 };
  const count = { min: 1 };
  const baseMs = checkNumber('baseMs', options.baseMs ?? 30_000);
  return {
    baseMs,
    maxMs: Math.max(baseMs, checkNumber('maxMs', options.maxMs ?? 300_000)),
    consecutiveFailures: checkNumber(
      'consecutiveFailures',
      options.consecutiveFailures ?? 5,
      count,
    ),
    failureRatio: checkNumber('failureRatio', options.failureRatio ?? 0.5, share),
    deviations: checkNumber('deviations', options.deviations ?? 1.9),
    fairSuccessRate: checkNumber('fairSuccessRate', options.fairSuccessRate ?? 0.95, share),
    minCalls: checkNumber('minCalls', options.minCalls ?? 10, count),
    intervalMs: checkNumber('intervalMs', options.intervalMs ?? 10_000, count),
    maxShare: checkNumber('maxShare', options.maxShare ?? 0.33, share),
    unreachableMs: checkNumber('unreachableMs', options.unreachableMs ?? 1000),
  };
}
