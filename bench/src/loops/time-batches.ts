import { median } from '../spread.ts';

/**
 * Nanoseconds per call: the median batch, so that one that was interrupted does not count. A batch has as
 * many calls as are long against the clock's step and short against a round.
 */
export async function timeBatches(
  run: (calls: number) => Promise<void>,
  ms: number,
  batch = 2000,
): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + ms;
  do {
    const start = performance.now();
    await run(batch);
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return (median(times) * 1e6) / batch;
}
