import { type Context, ServiceError } from '@fairlead/endpoint';
import { createInstancer, type InstancerOptions } from '../src/create-instancer.ts';
import { createRegistrar, type RegistrarOptions } from '../src/create-registrar.ts';
import type { Instancer } from '../src/discovery.ts';
import { type InstanceInit, instance } from '../src/instance.ts';
import type { Found, InstanceSource } from '../src/instance-source.ts';
import type { Registrar, Registration } from '../src/registrar.ts';

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

type Fail = (error: ServiceError) => void;

/** Tells what changes as changes where `incremental`, else always the whole set. */
export function scriptedRegistry({ incremental = false } = {}): ScriptedRegistry {
  const listed = new Map<string, InstanceInit>();
  const watchers = new Map<Found, Fail>();
  const holds = new Map<string, Fail>();
  let outage: ServiceError | undefined;
  let watches = 0;

  const tell = (put?: readonly InstanceInit[], removed: readonly string[] = []): void => {
    for (const found of watchers.keys()) {
      if (incremental && put !== undefined) found.changed(put, removed);
      else found([...listed.values()]);
    }
  };
  const put = (id: string, init: InstanceInit): void => {
    listed.set(id, init);
    tell([init]);
  };
  const remove = (id: string): void => {
    listed.delete(id);
    tell([], [id]);
  };
  /** Lasts until the context ends or the registry fails it. */
  const last = <K>(among: Map<K, Fail>, key: K, ctx: Context): Promise<void> => {
    if (outage !== undefined) return Promise.reject(outage);
    const lasting = new Promise<void>((resolve, reject) => {
      among.set(key, reject);
      ctx.onAbort(() => resolve());
    });
    return lasting.finally(() => among.delete(key));
  };

  const source: InstanceSource = {
    name: 'a scripted registry',
    watch(found, ctx) {
      watches++;
      const watching = last(watchers, found, ctx);
      if (outage === undefined) found([...listed.values()]);
      return watching;
    },
  };
  const registration = (id: string, init: InstanceInit): Registration => ({
    name: `${id} in a scripted registry`,
    hold(registered, ctx) {
      const holding = last(holds, id, ctx);
      if (outage !== undefined) return holding;
      put(id, init);
      registered();
      return holding;
    },
    async release() {
      if (outage !== undefined) throw outage;
      remove(id);
    },
  });

  return {
    listed,
    tell: () => tell(),
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
      for (const init of inits) listed.set(instance(init).id, init);
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
    instancer: (options) => createInstancer(source, options),
    registrar: (id, init, options) => createRegistrar(registration(id, init), options),
  };
}
