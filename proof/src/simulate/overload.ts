import { background, type Operation, operation } from '@fairlead/endpoint';
import { adaptiveLimit, type ConcurrencyLimit, shed } from '@fairlead/ratelimit';
import { seededRandom } from '@fairlead/testing';
import type { Experiment } from './experiment.ts';
import { percentile } from './fleet.ts';
import { createServer, exponential } from './service.ts';
import { figure, percent } from './table.ts';
import { createWorld } from './world.ts';

const workers = 16;
const serviceMs = 10;
/** What a server can do, in calls each second. */
const capacity = (workers * 1000) / serviceMs;
/** Who has no answer by then does not wait for it any more; the server does not know. */
const patienceMs = 1000;

/** The load, as a multiple of the capacity, one phase after the other. */
const phases = { unloaded: 0.5, full: 1, overloaded: 5, after: 0.5 } as const;
type PhaseName = keyof typeof phases;
// Sound: the object has no other keys.
const phaseNames = Object.keys(phases) as readonly PhaseName[];

/** What became of the calls of one phase. */
interface PhaseResult {
  /** Calls each second that were served before their caller had given up. */
  readonly goodput: number;
  /** Of those that were let in, in milliseconds. */
  readonly p99: number;
}

/** What an overload does to a server. */
export interface OverloadResult extends Readonly<Record<PhaseName, PhaseResult>> {
  /** How long after the overload a call failed still, or took three times what it takes without load, in seconds. */
  readonly recoverySeconds: number;
}

/** A limit for a server; undefined for one that takes all that comes. */
export type MakeLimit = () => number | ConcurrencyLimit | undefined;

interface Call {
  readonly atMs: number;
  /** Undefined where it was shed. */
  latencyMs: number | undefined;
}

const sum: Operation = {
  side: 'server',
  transport: 'simulated',
  service: '',
  method: 'sum',
  kind: 'unary',
  idempotent: true,
};
const ctx = background.with(operation, sum);
const arrived = { operation: sum, requestMetadata: { get: () => undefined } };

/** Loads one server as the phases say, each so many seconds. */
export function simulateOverload(
  makeLimit: MakeLimit,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): OverloadResult {
  const world = createWorld();
  const random = seededRandom(seed);
  const server = createServer({ workers, serviceMs: exponential(serviceMs) }, world, random);
  const limit = makeLimit();
  const shedder = limit === undefined ? undefined : shed({ limit, clock: world, random });
  const calls: Record<PhaseName, Call[]> = { unloaded: [], full: [], overloaded: [], after: [] };

  function arrive(call: Call): void {
    let end: ReturnType<NonNullable<typeof shedder>['admit']> | undefined;
    try {
      end = shedder?.admit(ctx, arrived);
    } catch {
      return;
    }
    server.serve(() => {
      call.latencyMs = world.now() - call.atMs;
      end?.(undefined);
    });
  }

  for (const [index, name] of phaseNames.entries()) {
    const until = (index + 1) * seconds * 1000;
    const next = (): void => {
      const delayMs = -(1000 / (capacity * phases[name])) * Math.log(1 - random());
      if (world.now() + delayMs >= until) return;
      world.schedule(delayMs, () => {
        const call: Call = { atMs: world.now(), latencyMs: undefined };
        calls[name].push(call);
        arrive(call);
        next();
      });
    };
    next();
    world.run(until);
  }
  world.run(Infinity);

  const of = (name: PhaseName): PhaseResult => phaseResult(calls[name], seconds);
  const unloaded = of('unloaded');
  const bad = calls.after.filter(({ latencyMs }) => !(Number(latencyMs) <= 3 * unloaded.p99));
  const endedAt = 3 * seconds * 1000;
  return {
    unloaded,
    full: of('full'),
    overloaded: of('overloaded'),
    after: of('after'),
    // One in a hundred takes longer without any load, too.
    recoverySeconds:
      bad.length < calls.after.length / 1000 ? 0 : ((bad.at(-1)?.atMs ?? endedAt) - endedAt) / 1000,
  };
}

function phaseResult(calls: readonly Call[], seconds: number): PhaseResult {
  const latencies = calls.flatMap(({ latencyMs }) => latencyMs ?? []);
  return {
    goodput: latencies.filter((ms) => ms <= patienceMs).length / seconds,
    p99: percentile(Float64Array.from(latencies).sort(), 0.99),
  };
}

const limits: Readonly<Record<string, MakeLimit>> = {
  nothing: () => undefined,
  'shed, a limit that is right (24)': () => 24,
  'shed, a limit that is too high (500)': () => 500,
  'shed, the learned limit (default)': () => adaptiveLimit(),
};

/** What becomes of a server that gets five times what it can do. */
export const overload: Experiment = async ({ seed, scale }) => {
  const rows = Object.entries(limits).map(([name, makeLimit]) => {
    const result = simulateOverload(makeLimit, { seconds: Math.round(30 * scale), seed });
    const { unloaded, full, overloaded, recoverySeconds } = result;
    return [
      name,
      percent(overloaded.goodput / full.goodput),
      `${figure(unloaded.p99)} ms`,
      `${figure(overloaded.p99)} ms`,
      `${figure(recoverySeconds)} s`,
    ];
  });
  const table = {
    name: 'overload',
    title: 'A server gets five times what it can do, for half a minute',
    setting: `${workers} workers, ${serviceMs} ms a call on average; callers wait for a second.`,
    head: [
      'protected by',
      'served, of full load',
      'p99 before',
      'p99 meanwhile',
      'recovered after',
    ],
    rows,
  };
  return { tables: [table], plots: [] };
};
