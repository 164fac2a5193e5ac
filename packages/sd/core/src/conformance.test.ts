import {
  type InstancerBinding,
  instancerConformance,
  type RegistrarBinding,
  registrarConformance,
} from '@fairlead/testing';
import { describe, it } from 'vitest';
import { registeredByHand } from '../test/registered-by-hand.ts';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import type { Instance, InstanceInit } from './instance.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { staticInstancer } from './static-instancer.ts';

const keeps = { id: true, weight: true, zone: true, metadata: true };

function scripted(incremental: boolean): InstancerBinding & RegistrarBinding {
  return {
    keeps,
    async open() {
      const registry = scriptedRegistry({ incremental });
      return {
        instancer: (options) => registry.instancer(options),
        registrar: (made, options) => registry.registrar(made.id, made, options),
        listed: async () => [...registry.listed.values()],
        put: async (made) => registry.put(made.id, made),
        remove: async ({ id }) => registry.remove(id),
        putInvalid: async () => registry.put('wrong', { id: 'wrong', address: 'localhost:0' }),
        lose: async ({ id }) => registry.lose(id),
        cut: async () => registry.cut(),
        heal: async () => registry.heal(),
        close: async () => {},
      };
    },
  };
}

const memory: InstancerBinding & RegistrarBinding = {
  keeps,
  async open() {
    const registry = createMemoryRegistry();
    const byHand = registeredByHand((made) => registry.registrar('it', made));
    const listing = registry.instancer('it');
    listing.subscribe(() => {});
    return {
      instancer: (options) => registry.instancer('it', options),
      registrar: (made, options) => registry.registrar('it', made, options),
      listed: async () => listing.current.instances ?? [],
      put: byHand.put,
      remove: byHand.remove,
      close: () => listing.close(),
    };
  },
};

const fixed: InstancerBinding = {
  keeps,
  async open() {
    const members: InstanceInit[] = [];
    return {
      instancer: () => staticInstancer(members),
      put: async (made: Instance) => void members.push(made),
      remove: async () => {},
      close: async () => {},
    };
  },
};

const noFailures = 'a registry in memory does not fail';
const memoryInstancerSkips = {
  'leaves out what is no valid instance, and says so': 'nothing else gets in',
  'R1: keeps the last good set while the registry fails, and says so': noFailures,
  'sees what changed during an outage, and what changes after it': noFailures,
  'comes to know the set of a registry that fails at the start': noFailures,
  'R28: a close ends it while the registry fails': noFailures,
};
const memoryRegistrarSkips = {
  'R10: comes back after its registration was lost': noFailures,
  'goes on registering when nobody waits any more': noFailures,
  'is in the registry again after an outage': noFailures,
  'R28: a close while the registry fails ends, and says that it may be listed still': noFailures,
};

const neverChanges = 'a static list never changes';
const fixedSkips = {
  ...memoryInstancerSkips,
  'does nothing before somebody subscribes or waits': 'it is known at once, without doing anything',
  'sees an instance come, change and go': neverChanges,
  'an instance that did not change stays the same object': neverChanges,
  'R7: an identical set is no event': neverChanges,
  'several instancers of one service know the same': neverChanges,
  'ends with the truth after many changes': neverChanges,
  'R2: believes a sudden empty set only when it is confirmed': neverChanges,
  'R2: takes instances back that return before their end was confirmed': neverChanges,
  'R29: a listener that throws, or is slow, holds up no other and gets the latest state':
    neverChanges,
  'R28: a close ends it in any state, once': 'it has no state',
};

const suites = {
  'instancer of a scripted registry': instancerConformance(scripted(false)),
  'instancer of a scripted registry that tells changes': instancerConformance(scripted(true)),
  'instancer of the memory registry': instancerConformance(memory, memoryInstancerSkips),
  'static instancer': instancerConformance(fixed, fixedSkips),
  'registrar of a scripted registry': registrarConformance(scripted(false)),
  'registrar of the memory registry': registrarConformance(memory, memoryRegistrarSkips),
};

for (const [what, cases] of Object.entries(suites)) {
  describe(what, () => {
    for (const { name, run } of cases) it(name, run);
  });
}
