import { median } from '../spread.ts';

/** How many calls one batch makes: long against the clock's step, short against a round. */
const batch = 2000;

/** Nanoseconds per call: the median batch, so that one that was interrupted does not count. */
export async function timeBatches(
  run: (calls: number) => Promise<void>,
  ms: number,
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
