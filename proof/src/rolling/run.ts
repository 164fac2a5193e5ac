import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, ServiceError } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';
import { createFleet, type Fleet, type Member } from '../chaos/fleet.ts';
import { drive, type Sample } from '../chaos/load.ts';
import {
  type Callers,
  createCallers,
  createDiscoveringCallers,
  type Load,
  loads,
} from './clients.ts';
import { startConnectionBalancer } from './connection-balancer.ts';
import type { RollingOptions, Way } from './options.ts';
import { rollingInstancer } from './registry.ts';

/** What became of the calls of one load. */
export interface LoadResult {
  readonly way: Way;
  readonly load: Load;
  sent: number;
  readonly latenciesMs: number[];
  /** What failed, with how often. */
  readonly failures: Map<string, number>;
  /** When the calls that failed were due, in milliseconds since the start of the load. */
  readonly failedAtMs: number[];
}

/** What a run tells as it goes. */
export type Says = (what: string) => void;

/** Longer than any run: the load ends when the last round is over. */
const atMostSeconds = 86_400;
const warmUpMs = 1000;

/** Replaces every instance, one after the other, again and again, under constant load. */
export async function runRolling(
  options: RollingOptions,
  says: Says,
  ctx: Context,
): Promise<readonly LoadResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rolling-'));
  try {
    await using fleet = createFleet(
      { registry: folder, drains: options.drains },
      new URL('instance.ts', import.meta.url),
    );
    await using http = await startConnectionBalancer();
    await using grpc = await startConnectionBalancer();

    async function start(): Promise<Member> {
      const member = await fleet.start();
      const { name, address, more } = member;
      const readyUrl = `http://${more['probes']}/health/ready`;
      await Promise.all([
        http.add({ name, address, readyUrl }),
        grpc.add({ name, address: more['grpc'] ?? '', readyUrl }),
      ]);
      return member;
    }

    async function replace(member: Member): Promise<void> {
      await start();
      await member.stop();
      for (const balancer of [http, grpc]) balancer.remove(member.name);
    }

    says('starting');
    for (let count = 0; count < options.instances; count++) await start();
    const callersBy: Readonly<Record<Way, () => Callers>> = {
      registry: () => createDiscoveringCallers(rollingInstancer(folder)),
      balancer: () => createCallers(http.address, grpc.address),
    };
    const rounds = (stop: Context): Promise<void> => roll(options, { fleet, replace, says }, stop);
    return await underLoad(options, callersBy, rounds, ctx);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function underLoad(
  options: RollingOptions,
  callersBy: Readonly<Record<Way, () => Callers>>,
  rounds: (ctx: Context) => Promise<void>,
  ctx: Context,
): Promise<readonly LoadResult[]> {
  const callers = options.ways.map((way) => ({ way, callers: callersBy[way]() }));
  await Promise.all(callers.map((one) => one.callers.ready(ctx)));
  using loading = ctx.withCancel();
  const results: LoadResult[] = [];
  const driving = callers.flatMap(({ way, callers: { call } }) =>
    loads.map((load) => {
      const result = { way, load, sent: 0, latenciesMs: [], failures: new Map(), failedAtMs: [] };
      results.push(result);
      return put(call, result, options.rate / loads.length, loading);
    }),
  );
  try {
    await rounds(loading);
  } finally {
    loading.cancel();
    await Promise.all(driving);
    await Promise.all(callers.map((one) => one.callers[Symbol.asyncDispose]()));
  }
  return results;
}

interface Stage {
  readonly fleet: Fleet;
  readonly replace: (member: Member) => Promise<void>;
  readonly says: Says;
}

async function roll({ rounds }: RollingOptions, stage: Stage, ctx: Context): Promise<void> {
  const { fleet, replace, says } = stage;
  await pause(warmUpMs, ctx);
  for (let round = 1; round <= rounds; round++) {
    says(`round ${round} of ${rounds}`);
    for (const member of fleet.members) {
      if (ctx.error !== undefined) return;
      await replace(member);
    }
  }
  await pause(warmUpMs, ctx);
}

/** Puts a load on, until the context ends; resolves when all of its calls have. */
function put(call: Callers['call'], result: LoadResult, rate: number, ctx: Context): Promise<void> {
  const one = async (id: number): Promise<void> => {
    result.sent++;
    try {
      await call(result.load, id);
    } catch (error) {
      const { code, message } = ServiceError.from(error);
      const why = code === 'internal' ? `${error}` : `${code}: ${message}`;
      result.failures.set(why, (result.failures.get(why) ?? 0) + 1);
      throw error;
    }
  };
  const ended = ({ atMs, latencyMs, code }: Sample): void => {
    result.latenciesMs.push(latencyMs);
    if (code !== undefined) result.failedAtMs.push(atMs);
  };
  return drive(one, { rate, seconds: atMostSeconds }, ended, ctx);
}
