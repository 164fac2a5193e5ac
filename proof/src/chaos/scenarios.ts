import type { Context } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';
import type { Fleet } from './fleet.ts';
import type { ScenarioName } from './options.ts';
import type { RegistryServer } from './registry-server.ts';

/** What harm can be done to. */
export interface Stage {
  readonly fleet: Fleet;
  readonly registry: RegistryServer;
  /** How long the harm shall last. */
  readonly harmMs: number;
}

/** A harm. */
export interface Scenario {
  /** What is done, in a few words. */
  readonly says: string;
  /** Whether no idempotent call may fail. */
  readonly strict: boolean;
  /** Does the harm, and mends it when its time is over or the context ends. */
  run(stage: Stage, ctx: Context): Promise<void>;
}

const well = { slowMs: 0, failShare: 0 };

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  kill: {
    says: 'one instance gets SIGKILL and stays listed until its time to live is over; later one comes anew',
    strict: true,
    async run({ fleet, harmMs }, ctx) {
      await fleet.members[0]?.kill();
      await pause(harmMs, ctx);
      if (ctx.error === undefined) await fleet.start();
    },
  },
  slow: {
    says: 'one instance takes 300 ms longer for each call',
    strict: false,
    run: (stage, ctx) => ordered(stage, { ...well, slowMs: 300 }, ctx),
  },
  grey: {
    says: 'one instance fails half of its calls, after it has done the work',
    strict: false,
    run: (stage, ctx) => ordered(stage, { ...well, failShare: 0.5 }, ctx),
  },
  rolling: {
    says: 'each instance in turn gets SIGTERM, leaves and is replaced',
    strict: true,
    async run({ fleet }, ctx) {
      for (const member of fleet.members) {
        if (ctx.error !== undefined) return;
        await member.stop();
        await fleet.start();
      }
    },
  },
  'registry-down': {
    says: 'the registry is killed and comes back with its data',
    strict: true,
    async run({ registry, harmMs }, ctx) {
      await registry.goDown();
      await pause(harmMs, ctx);
      if (ctx.error === undefined) await registry.comeBack();
    },
  },
  'registry-empty': {
    says: 'the registry forgets everyone',
    strict: true,
    async run({ registry, harmMs }, ctx) {
      await registry.forget();
      await pause(harmMs, ctx);
    },
  },
  scale: {
    says: 'as many instances again come, then all but two leave',
    strict: true,
    async run({ fleet, harmMs }, ctx) {
      const endsAt = ctx.clock.now() + harmMs;
      await Promise.all(fleet.members.map(() => fleet.start()));
      await pause(Math.max(0, endsAt - ctx.clock.now()), ctx);
      if (ctx.error !== undefined) return;
      await Promise.all(fleet.members.slice(0, -2).map((member) => member.stop()));
    },
  },
};

async function ordered(
  { fleet, harmMs }: Stage,
  order: Parameters<Fleet['members'][number]['order']>[0],
  ctx: Context,
): Promise<void> {
  const [victim] = fleet.members;
  victim?.order(order);
  await pause(harmMs, ctx);
  victim?.order(well);
}
