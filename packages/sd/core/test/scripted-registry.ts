import { ServiceError } from '@fairlead/endpoint';
import { createInstancer, type InstancerOptions } from '../src/create-instancer.ts';
import { createRegistrar, type RegistrarOptions } from '../src/create-registrar.ts';
import type { Instancer } from '../src/discovery.ts';
import type { InstanceInit } from '../src/instance.ts';
import type { Found } from '../src/instance-source.ts';
import type { Registrar } from '../src/registrar.ts';

/** A registry that answers and fails as a test commands. */
export interface ScriptedRegistry {
  /** What it lists. Change it through {@link set}, {@link put} and {@link remove}. */
  readonly listed: ReadonlyMap<string, InstanceInit>;
  /** How many watches there were. */
  readonly watches: number;
  /** How many watches there are. */
  readonly watching: number;
  /** Lists exactly these and tells all who watch. */
  set(inits: readonly InstanceInit[]): void;
  put(id: string, init: InstanceInit): void;
  remove(id: string): void;
  /** Tells all who watch the whole set again. */
  tell(): void;
  /** Ends all watches and holds with an error, and refuses new ones. */
  cut(error?: ServiceError): void;
  heal(): void;
  /** Takes a registration away. */
  lose(id: string): void;
  instancer(options?: InstancerOptions): Instancer;
  registrar(id: string, init: InstanceInit, options?: RegistrarOptions): Registrar;
}

const refused = new ServiceError('unavailable', 'connection refused');

/** Tells what changes as changes where `incremental`, else always the whole set. */
export function scriptedRegistry({ incremental = false } = {}): ScriptedRegistry {
  const listed = new Map<string, InstanceInit>();
  const watchers = new Map<Found, (error: ServiceError) => void>();
  const holds = new Map<string, (error: ServiceError) => void>();
  let outage: ServiceError | undefined;
  let watches = 0;

  const tell = (): void => {
    for (const found of watchers.keys()) found([...listed.values()]);
  };
  const put = (id: string, init: InstanceInit): void => {
    listed.set(id, init);
    if (!incremental) tell();
    else for (const found of watchers.keys()) found.changed([init], []);
  };
  const remove = (id: string): void => {
    listed.delete(id);
    if (!incremental) tell();
    else for (const found of watchers.keys()) found.changed([], [id]);
  };

  return {
    listed,
    tell,
    put,
    remove,
    get watches() {
      return watches;
    },
    get watching() {
      return watchers.size;
    },
    set(inits) {
      listed.clear();
      for (const init of inits)
        listed.set(typeof init === 'string' ? init : (init.id ?? init.address), init);
      tell();
    },
    cut(error = refused) {
      outage = error;
      for (const fail of [...watchers.values(), ...holds.values()]) fail(error);
    },
    heal() {
      outage = undefined;
    },
    lose(id) {
      remove(id);
      holds.get(id)?.(new ServiceError('not_found', 'the lease is gone'));
    },
    instancer: (options) =>
      createInstancer(
        {
          name: 'a scripted registry',
          watch: (found, ctx) =>
            new Promise((resolve, reject) => {
              watches++;
              if (outage !== undefined) return reject(outage);
              watchers.set(found, (error) => {
                watchers.delete(found);
                reject(error);
              });
              ctx.onAbort(() => {
                watchers.delete(found);
                resolve();
              });
              found([...listed.values()]);
            }),
        },
        options,
      ),
    registrar: (id, init, options) =>
      createRegistrar(
        {
          name: `${id} in a scripted registry`,
          hold: (registered, ctx) =>
            new Promise((resolve, reject) => {
              if (outage !== undefined) return reject(outage);
              put(id, init);
              holds.set(id, (error) => {
                holds.delete(id);
                reject(error);
              });
              ctx.onAbort(() => {
                holds.delete(id);
                resolve();
              });
              registered();
            }),
          release: async () => {
            if (outage !== undefined) throw outage;
            remove(id);
          },
        },
        options,
      ),
  };
}
