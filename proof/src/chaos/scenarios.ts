import type { Context } from '@fairlead/endpoint';
import type { Fleet } from './fleet.ts';
import type { ScenarioName } from './options.ts';
import type { RegistryServer } from './registry-server.ts';

/** What harm can be done to. */
export interface Stage {
  readonly fleet: Fleet;
  readonly registry: RegistryServer;
}

/** A harm. */
export interface Scenario {
  /** What is done, in a few words. */
  readonly says: string;
  /** Whether no idempotent call may fail. */
  readonly strict: boolean;
  /** Does the harm; it lasts at least until this has resolved. */
  begin(stage: Stage, ctx: Context): Promise<void>;
  /** Mends it. */
  end?(stage: Stage): Promise<void>;
}

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  kill: {
    says: 'one instance gets SIGKILL and stays listed until its time to live is over; a new one comes at the end',
    strict: true,
    begin: async ({ fleet }) => await fleet.members[0]?.kill(),
    end: async ({ fleet }) => void (await fleet.start()),
  },
  slow: {
    says: 'one instance takes 300 ms longer for each call',
    strict: false,
    begin: async ({ fleet }) => fleet.members[0]?.order({ slowMs: 300, failShare: 0 }),
    end: orderWell,
  },
  grey: {
    says: 'one instance fails half of its calls, after it has done the work',
    strict: false,
    begin: async ({ fleet }) => fleet.members[0]?.order({ slowMs: 0, failShare: 0.5 }),
    end: orderWell,
  },
  rolling: {
    says: 'each instance in turn gets SIGTERM, leaves the registry, drains and is replaced',
    strict: true,
    async begin({ fleet }, ctx) {
      for (const member of fleet.members) {
        if (ctx.error !== undefined) return;
        await member.stop();
        await fleet.start();
      }
    },
  },
  'registry-down': {
    says: 'the registry is killed, and comes back with its data',
    strict: true,
    begin: ({ registry }) => registry.goDown(),
    end: ({ registry }) => registry.comeBack(),
  },
  'registry-empty': {
    says: 'the registry forgets everyone',
    strict: true,
    begin: ({ registry }) => registry.forget(),
  },
  scale: {
    says: 'as many instances again come, then all but two leave',
    strict: true,
    begin: async ({ fleet }) => {
      await Promise.all(fleet.members.map(() => fleet.start()));
    },
    end: async ({ fleet }) => {
      await Promise.all(fleet.members.slice(0, -2).map((member) => member.stop()));
    },
  },
};

async function orderWell({ fleet }: Stage): Promise<void> {
  fleet.members[0]?.order({ slowMs: 0, failShare: 0 });
}
