import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abortable, type Context } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';
import { createChaosClient } from './client.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { duplicatesIn, readLedgers } from './ledger.ts';
import { drive, type Sample } from './load.ts';
import type { ChaosOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { instancerOf } from './registry.ts';
import { type RegistryServer, startRegistry } from './registry-server.ts';
import type { Findings } from './report.ts';
import { scenarios } from './scenarios.ts';

/** Before anything is counted: a program that has just started is slow for reasons of its own. */
const warmUpSeconds = 1;

/** Runs a scenario; undefined where the context ended before it was over. Nothing is left of it either way. */
export async function runChaos(
  options: ChaosOptions,
  progress: Progress,
  ctx: Context,
): Promise<Findings | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  try {
    await using registry = await startRegistry(options.registry, folder);
    await using fleet = createFleet({
      transport: options.transport,
      registry: registry.place,
      ledgers: folder,
    });
    const findings = underLoad(options, progress, { registry, fleet }, ctx);
    const found = await abortable(findings, ctx).catch((error: unknown) => {
      if (ctx.error === undefined) throw error;
      return undefined;
    });
    return found && { ...found, duplicates: duplicatesIn(await readLedgers(folder)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly registry: RegistryServer;
  readonly fleet: Fleet;
}

async function underLoad(
  options: ChaosOptions,
  progress: Progress,
  { registry, fleet }: Parts,
  ctx: Context,
): Promise<Omit<Findings, 'duplicates'>> {
  const { instances, transport, scenario, seconds } = options;
  progress.says('starting');
  await Promise.all(Array.from({ length: instances }, () => fleet.start()));
  await using client = createChaosClient(instancerOf(registry.place), transport);
  await abortable(client.knows(instances), ctx);
  progress.says('warming up');
  await drive(
    (id) => client.call(id, true),
    { rate: options.rate, seconds: warmUpSeconds },
    () => {},
    ctx,
  );
  client.attempts.clear();

  const samples: Sample[] = [];
  const startedAt = ctx.clock.now();
  const since = (): number => ctx.clock.now() - startedAt;
  const harmMs = (seconds * 1000) / 3;
  async function harm(): Promise<[number, number]> {
    progress.says('before');
    await pause(harmMs, ctx);
    progress.says(scenario);
    const from = since();
    await scenarios[scenario].begin({ fleet, registry }, ctx);
    await pause(from + harmMs - since(), ctx);
    const to = since();
    progress.says('after');
    if (ctx.error === undefined) await scenarios[scenario].end?.({ fleet, registry });
    return [from, Math.min(to, seconds * 1000)];
  }
  const loading = drive(
    client.call,
    options,
    (sample) => {
      samples.push(sample);
      progress.ended(sample);
    },
    ctx,
  );
  const [harmed] = await Promise.all([harm(), loading]);
  const attempts = [...client.attempts].map(([at, count]) => [fleet.nameOf(at), count] as const);
  return { samples, harm: harmed, attempts: new Map(attempts) };
}
