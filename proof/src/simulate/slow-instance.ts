import { logAxis, percentileAxis } from '@fairlead/bench/plot';
import { leastRequest, type PolicyFactory, peakEwma, random, roundRobin } from '@fairlead/lb';
import type { Experiment } from './experiment.ts';
import { type FleetPlan, type FleetResult, percentile, simulateFleet } from './fleet.ts';
import { exponential } from './service.ts';
import { figure, percent, type Table } from './table.ts';

const policies: Readonly<Record<string, () => PolicyFactory>> = {
  'round robin': roundRobin,
  random,
  'least request, all': () => leastRequest({ among: 'all' }),
  'least request, two': leastRequest,
  'peak EWMA (default)': peakEwma,
};

interface Scene {
  readonly name: string;
  readonly title: string;
  readonly clients: number;
  readonly callsPerSecond: number;
  readonly workers: number;
  readonly slowness: number;
}

const scenes: readonly Scene[] = [
  {
    name: 'slow-one-client',
    title:
      'One of ten instances is ten times slower; one client, 1000 calls a second, no limit to how many an instance serves at once',
    clients: 1,
    callsPerSecond: 1000,
    workers: Infinity,
    slowness: 10,
  },
  {
    name: 'slow-many-clients',
    title:
      'One of ten instances is ten times slower; a hundred clients, 2000 calls a second in all, four at once in an instance',
    clients: 100,
    callsPerSecond: 2000,
    workers: 4,
    slowness: 10,
  },
  {
    name: 'all-alike',
    title:
      'All ten are alike; one client, 3000 calls a second, which is three quarters of what they can do',
    clients: 1,
    callsPerSecond: 3000,
    workers: 4,
    slowness: 1,
  },
];

const shares = [0.5, 0.9, 0.99, 0.999];

/** What each policy makes of one slow instance among ten. No ejection: the policies alone. */
export const slowInstance: Experiment = async ({ seed, scale }) => {
  const tables: Table[] = [];
  const curves: Record<string, FleetResult> = {};
  for (const scene of scenes) {
    const rows: string[][] = [];
    for (const [name, policy] of Object.entries(policies)) {
      const result = await simulateFleet(planOf(scene, policy(), seed, scale));
      if (scene.name === 'slow-many-clients') curves[name] = result;
      const { latencies } = result;
      const mean = latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length;
      const cells = [...shares.map((share) => percentile(latencies, share)), mean].map(figure);
      rows.push([name, ...cells, percent(result.shares[0] ?? 0)]);
    }
    tables.push({
      name: scene.name,
      title: scene.title,
      setting: 'Latency in milliseconds; a call takes 10 ms on average, spread exponentially.',
      head: ['policy', 'p50', 'p90', 'p99', 'p99.9', 'mean', 'calls to the first'],
      rows,
    });
  }
  return { tables, plots: [plotOf(curves)] };
};

function planOf(scene: Scene, policy: PolicyFactory, seed: number, scale: number): FleetPlan {
  return {
    servers: Array.from({ length: 10 }, (_, i) => ({
      workers: scene.workers,
      serviceMs: exponential(i === 0 ? 10 * scene.slowness : 10),
    })),
    clients: scene.clients,
    callsPerSecond: scene.callsPerSecond,
    calls: Math.round(30_000 * scale),
    balancer: { policy, ejection: false },
    seed,
  };
}

function plotOf(curves: Readonly<Record<string, FleetResult>>) {
  const from = [0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995];
  return {
    name: 'slow-instance',
    title: 'One slow instance among ten, a hundred clients',
    x: percentileAxis([0.5, 0.9, 0.99, 0.999, 0.9995]),
    y: logAxis('latency in ms', 1, 100_000, [1, 10, 100, 1000, 10_000, 100_000]),
    series: Object.entries(curves).map(([name, { latencies }]) => ({
      name,
      points: from.map((share) => [share, percentile(latencies, share)] as const),
    })),
  };
}
