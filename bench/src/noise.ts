import { median, medianInterval } from './spread.ts';

/**
 * How far the median of ratios may be from the truth, up or down, as a factor of at least 1. Of a program to itself the
 * truth is 1, and the factor is the noise of a run; of others it is taken to be their median. It is the furthest from
 * there of
 *
 * - the interval of the median, and
 * - the median of each pass alone: two processes differ as long as they live, and a pass has but one of each.
 *
 * The ratios are in the order of their rounds, and every pass has as many of them.
 */
export function noiseOf(ratios: readonly number[], passes: number, truth = 1): number {
  const perPass = ratios.length / passes;
  const medians = Array.from({ length: passes }, (_, pass) =>
    median(ratios.slice(pass * perPass, (pass + 1) * perPass)),
  );
  return Math.max(...[...medianInterval(ratios), ...medians].map((one) => distance(one / truth)));
}

/** Whether a ratio is so near to 1 that the noise alone may have made it. */
export function isWithin(noise: number, ratio: number): boolean {
  return distance(ratio) <= noise;
}

/** From 1, as a factor: the same of a half and of the double. */
function distance(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}
