import { leastRequest, type PolicyFactory, peakEwma } from '@fairlead/lb';
import type { Experiment } from './experiment.ts';
import { simulateFleet } from './fleet.ts';
import { exponential } from './service.ts';
import { percent } from './table.ts';

/** Calls a second of each client. */
const rates = [2, 5, 20, 100];
const clients = 50;
const seconds = 10;
const slowMs = 200;

interface Row {
  readonly name: string;
  readonly policy: () => PolicyFactory;
  readonly firstCallMs: number;
}

const rows: readonly Row[] = [
  { name: 'peak EWMA (default)', policy: peakEwma, firstCallMs: slowMs },
  { name: 'peak EWMA, no slow call', policy: peakEwma, firstCallMs: 0 },
  { name: 'least request, two', policy: leastRequest, firstCallMs: slowMs },
];

/** What an instance gets that is as good as the others, but for each client's first call to it. */
export const coldStart: Experiment = async ({ seed, scale }) => {
  const cells = async ({ policy, firstCallMs }: Row): Promise<string[]> => {
    const found: string[] = [];
    for (const rate of rates) {
      const { shares } = await simulateFleet({
        servers: [firstCallMs, 0, 0].map((ms) => ({
          workers: Infinity,
          serviceMs: exponential(10),
          firstCallMs: ms,
        })),
        clients: Math.round(clients * scale),
        callsPerSecond: rate * Math.round(clients * scale),
        calls: rate * seconds * Math.round(clients * scale),
        balancer: { policy: policy(), ejection: false },
        seed,
      });
      found.push(percent(shares[0] ?? 0));
    }
    return found;
  };
  return {
    tables: [
      {
        name: 'cold-start',
        title: `The first call of each client to one of three instances takes ${slowMs} ms longer: its share of the calls`,
        setting: `Of the first ${seconds} seconds; calls take 10 ms on average. The head says how many calls a second each client makes.`,
        head: ['policy', ...rates.map((rate) => `${rate}/s`)],
        rows: await Promise.all(rows.map(async (row) => [row.name, ...(await cells(row))])),
      },
    ],
    plots: [],
  };
};
