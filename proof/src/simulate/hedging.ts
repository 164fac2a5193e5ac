import { logAxis, percentileAxis } from '@fairlead/bench/plot';
import { createContext, type Endpoint } from '@fairlead/endpoint';
import { type HedgeOptions, hedge } from '@fairlead/lb';
import { fakeClock, seededRandom } from '@fairlead/testing';
import type { Experiment } from './experiment.ts';
import { percentile } from './fleet.ts';
import { figure, percent } from './table.ts';

const delays: Readonly<Record<string, HedgeOptions['delay'] | undefined>> = {
  'no hedging': undefined,
  'after 50 ms': 50,
  'after 15 ms': 15,
  'at the 95th percentile (default)': { percentile: 0.95 },
};

const shares = [0.5, 0.9, 0.99, 0.999];

/** What a second call after a while does for the slowest calls, and what it costs. */
export const hedging: Experiment = async ({ seed, scale }) => {
  const calls = Math.round(20_000 * scale);
  const found = await Promise.all(
    Object.entries(delays).map(async ([name, delay]) => ({
      name,
      ...(await run(delay, calls, seed)),
    })),
  );
  const table = {
    name: 'hedging',
    title: 'Hedging when one call in a hundred is slow',
    setting:
      'Latency in milliseconds: 99 % of the answers take 5 to 15 ms, 1 % take 300 to 1800 ms. One call every 20 ms.',
    head: ['second call', 'p50', 'p90', 'p99', 'p99.9', 'more calls'],
    rows: found.map(({ name, latencies, extra }) => [
      name,
      ...shares.map((share) => figure(percentile(latencies, share))),
      percent(extra),
    ]),
  };
  const plot = {
    name: 'hedging',
    title: 'The slowest calls, with hedging and without',
    x: percentileAxis([0.5, 0.9, 0.99, 0.999]),
    y: logAxis('latency in ms', 5, 2000, [10, 100, 1000]),
    series: found.map(({ name, latencies }) => ({
      name,
      points: [0.5, 0.75, 0.9, 0.95, 0.98, 0.985, 0.99, 0.995, 0.999].map(
        (share) => [share, percentile(latencies, share)] as const,
      ),
    })),
  };
  return { tables: [table], plots: [plot] };
};

async function run(delay: HedgeOptions['delay'] | undefined, calls: number, seed: number) {
  const clock = fakeClock();
  const random = seededRandom(seed);
  let legs = 0;
  const endpoint: Endpoint<void, void> = (_request, ctx) => {
    legs++;
    const ms = random() < 0.99 ? 5 + 10 * random() : 300 + 1500 * random();
    return new Promise((resolve, reject) => {
      const unlink = ctx.onAbort((error) => {
        stop();
        reject(error);
      });
      const stop = clock.schedule(ms, () => {
        unlink();
        resolve();
      });
    });
  };
  const call = delay === undefined ? endpoint : hedge({ delay, clock, idempotent: true })(endpoint);
  const latencies = new Float64Array(calls);
  const answers: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    const startedAt = clock.now();
    const answer = call(undefined, createContext({ clock }));
    answers.push(
      answer.then(() => {
        latencies[i] = clock.now() - startedAt;
      }),
    );
    await clock.advance(20);
  }
  await clock.advance(5000);
  await Promise.all(answers);
  return { latencies: latencies.sort(), extra: legs / calls - 1 };
}
