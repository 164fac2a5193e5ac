import { linearAxis, logAxis } from '@fairlead/bench/plot';
import { createContext, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { retry, retryBudget } from '@fairlead/lb';
import { seededRandom } from '@fairlead/testing';
import type { Experiment } from './experiment.ts';
import { percent } from './table.ts';
import { createWorld } from './world.ts';

const rates = [0.01, 0.05, 0.1, 0.2, 0.5, 1];
const callsPerSecond = 1000;

/** What retries add to the load of a service that fails more and more, with a budget and without. */
export const retries: Experiment = async ({ seed, scale }) => {
  const calls = Math.round(30_000 * scale);
  const naive = await Promise.all(rates.map((rate) => amplification({ rate, calls, seed })));
  const budgeted = await Promise.all(
    rates.map((rate) => amplification({ rate, calls, seed, budget: true })),
  );
  const cells = (found: typeof naive): string[] =>
    found.map(({ attempts, succeeded }) => `${attempts.toFixed(3)}, ${percent(succeeded)}`);
  const points = (found: typeof naive) =>
    found.map(({ attempts }, i) => [rates[i] ?? 0, attempts] as const);
  const table = {
    name: 'amplification',
    title: 'Attempts for each call, and the share of the calls that succeed',
    setting: `Four attempts, ${callsPerSecond} calls a second; the head says which share of all attempts fails.`,
    head: ['', ...rates.map(percent)],
    rows: [
      ['no budget', ...cells(naive)],
      ['the default budget', ...cells(budgeted)],
    ],
  };
  const plot = {
    name: 'amplification',
    title: 'Load on a service that fails, with four attempts',
    x: logAxis('share of the attempts that fail', 0.01, 1, [0.01, 0.05, 0.1, 0.2, 0.5, 1]),
    y: linearAxis('attempts for each call', 1, 4, [1, 2, 3, 4]),
    series: [
      { name: 'no budget', points: points(naive) },
      { name: 'default budget', points: points(budgeted) },
    ],
  };
  return { tables: [table], plots: [plot] };
};

interface Storm {
  readonly rate: number;
  readonly calls: number;
  readonly seed: number;
  readonly budget?: true;
}

async function amplification({ rate, calls, seed, budget }: Storm) {
  const world = createWorld();
  const random = seededRandom(seed);
  let attempts = 0;
  let succeeded = 0;
  const down = new ServiceError('unavailable', 'simulated');
  const endpoint: Endpoint<void, void> = () => {
    attempts++;
    return random() < rate ? Promise.reject(down) : Promise.resolve();
  };
  const call = retry({
    attempts: 4,
    idempotent: true,
    // Waits would only shift the attempts in time.
    backoff: () => 0,
    budget: budget === true && retryBudget({ clock: world }),
  })(endpoint);
  const ctx = createContext({ clock: world });
  for (let i = 0; i < calls; i++) {
    world.run((i * 1000) / callsPerSecond);
    await call(undefined, ctx).then(
      () => succeeded++,
      () => {},
    );
  }
  return { attempts: attempts / calls, succeeded: succeeded / calls };
}
