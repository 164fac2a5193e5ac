import type { EjectionRules } from './ejection-rules.ts';
import type { Health } from './health.ts';

/** How many instances with enough calls it takes before one is compared with the others. */
const minCompared = 5;

/** Those whose success rate over the interval is bad: by itself, or beside that of the others. */
export function outliers(
  healths: Iterable<Health>,
  { minCalls, fairSuccessRate, failureRatio, deviations }: EjectionRules,
): ReadonlySet<Health> {
  const judged = [...healths].filter((h) => h.successes + h.failures >= minCalls);
  const limit = judged.length < minCompared ? 0 : fairest(judged.map(rateOf), deviations);
  const isBad = (rate: number): boolean =>
    rate < Math.min(fairSuccessRate, limit) || rate <= 1 - failureRatio;
  return new Set(judged.filter((health) => isBad(rateOf(health))));
}

/** The success rate below which one stands out from the others. */
function fairest(rates: readonly number[], deviations: number): number {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  return mean - deviations * Math.sqrt(variance);
}

function rateOf({ successes, failures }: Health): number {
  return successes / (successes + failures);
}
