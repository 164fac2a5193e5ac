import {
  type BalancerOptions,
  leastRequest,
  type PolicyFactory,
  peakEwma,
  roundRobin,
} from '@fairlead/lb';
import type { Experiment } from './experiment.ts';
import { simulateFleet } from './fleet.ts';
import { exponential } from './service.ts';
import { percent } from './table.ts';

const policies: Readonly<Record<string, () => PolicyFactory>> = {
  'round robin': roundRobin,
  'least request, all': () => leastRequest({ among: 'all' }),
  'least request, two': leastRequest,
  'peak EWMA, failures as quick answers': () => peakEwma({ penaltyMs: 0 }),
  'peak EWMA (default)': peakEwma,
};

const settings: readonly Pick<BalancerOptions, 'ejection'>[] = [{ ejection: false }, {}];

/** How many calls an instance draws that fails every one of them in a millisecond. */
export const failingInstance: Experiment = async ({ seed, scale }) => {
  const rows: string[][] = [];
  for (const [name, policy] of Object.entries(policies)) {
    const drawn: string[] = [];
    for (const balancer of settings) {
      const { shares } = await simulateFleet({
        servers: Array.from({ length: 10 }, (_, i) => ({
          workers: 4,
          serviceMs: i === 0 ? () => 1 : exponential(10),
          failureRate: i === 0 ? 1 : 0,
        })),
        clients: 1,
        callsPerSecond: 2000,
        calls: Math.round(30_000 * scale),
        balancer: { policy: policy(), ...balancer },
        seed,
      });
      drawn.push(percent(shares[0] ?? 0));
    }
    rows.push([name, ...drawn]);
  }
  const table = {
    name: 'fast-failing',
    title: 'One of ten instances fails every call at once: its share of the calls',
    setting: 'One client, 2000 calls a second.',
    head: ['policy', 'alone', 'with ejection'],
    rows,
  };
  return { tables: [table], plots: [] };
};
