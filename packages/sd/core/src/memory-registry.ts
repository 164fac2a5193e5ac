import type { Context } from '@fairlead/endpoint';
import { createInstancer, type InstancerOptions } from './create-instancer.ts';
import { createRegistrar, type RegistrarOptions } from './create-registrar.ts';
import type { Instancer } from './discovery.ts';
import { type Instance, type InstanceInit, instance } from './instance.ts';
import type { Found } from './instance-source.ts';
import type { Registrar, Registration } from './registrar.ts';

/** A registry of services, as far as it takes to be in it and to find others. */
export interface Registry {
  /** The instances of a service, now and from now on. Each call makes an instancer, which its caller closes. */
  instancer(service: string, options?: InstancerOptions): Instancer;
  /** Keeps an instance of a service in the registry. A second one with the same id takes its place. */
  registrar(service: string, init: InstanceInit, options?: RegistrarOptions): Registrar;
}

interface Service {
  readonly listed: Map<string, Instance>;
  readonly watchers: Set<Found>;
}

/**
 * A registry for the services of one process: the default where no other is given, and for tests. What is
 * registered is seen at once, and believed: its instancers take any answer (`confirmMs` 0) unless told
 * otherwise. Holds nothing but what is registered and followed.
 */
export function createMemoryRegistry(): Registry {
  const services = new Map<string, Service>();

  function use(name: string): Service {
    const service = services.get(name) ?? { listed: new Map(), watchers: new Set() };
    services.set(name, service);
    return service;
  }

  function leave(name: string, { listed, watchers }: Service): void {
    if (listed.size + watchers.size === 0) services.delete(name);
  }

  return {
    instancer(service, options) {
      const watch = (found: Found, ctx: Context): Promise<void> => {
        const used = use(service);
        used.watchers.add(found);
        found([...used.listed.values()]);
        return new Promise((resolve) => {
          ctx.onAbort(() => {
            used.watchers.delete(found);
            leave(service, used);
            resolve();
          });
        });
      };
      return createInstancer({ name: `${service} in memory`, watch }, { confirmMs: 0, ...options });
    },
    registrar(service, init, options) {
      const made = instance(init);
      const name = `${made.id} of ${service} in memory`;
      let entry: Instance | undefined;
      const hold: Registration['hold'] = (registered, ctx) => {
        const used = use(service);
        // An object of its own: two registrars of the same instance are still two.
        entry = { ...made };
        used.listed.set(made.id, entry);
        for (const found of used.watchers) found.changed([entry], []);
        registered();
        return new Promise((resolve) => ctx.onAbort(() => resolve()));
      };
      const release: Registration['release'] = async () => {
        const used = use(service);
        if (used.listed.get(made.id) === entry) {
          used.listed.delete(made.id);
          for (const found of used.watchers) found.changed([], [made.id]);
        }
        leave(service, used);
      };
      return createRegistrar({ name, hold, release }, options);
    },
  };
}
