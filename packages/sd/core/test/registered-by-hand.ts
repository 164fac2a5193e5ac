import type { Instance, InstanceInit } from '../src/instance.ts';
import type { Registrar } from '../src/registrar.ts';

/** The scenes of a conformance suite that put instances into a registry and take them out again. */
export interface RegisteredByHand {
  /** Registers an instance; what was registered under its id before gives way to it. */
  put(instance: Instance): Promise<void>;
  remove(instance: Pick<Instance, 'id'>): Promise<void>;
  /** Takes out all that are left. */
  close(): Promise<void>;
}

/** Keeps one registrar for each id, made as the registry under test makes them. */
export function registeredByHand(
  registrarOf: (instance: InstanceInit) => Registrar,
): RegisteredByHand {
  const registrars = new Map<string, Registrar>();
  return {
    async put(instance) {
      const before = registrars.get(instance.id);
      const registrar = registrarOf(instance);
      registrars.set(instance.id, registrar);
      await registrar.register();
      await before?.close();
    },
    async remove({ id }) {
      await registrars.get(id)?.close();
      registrars.delete(id);
    },
    async close() {
      for (const registrar of registrars.values()) await registrar.close();
      registrars.clear();
    },
  };
}
