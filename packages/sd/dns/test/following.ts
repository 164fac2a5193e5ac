import { createContext } from '@fairlead/endpoint';
import type { InstanceInit, InstanceSource } from '@fairlead/sd';
import { type FakeClock, fakeClock } from '@fairlead/testing';

/** What a source reports, one set after the other. */
export interface Readings extends AsyncDisposable {
  readonly clock: FakeClock;
  next(): Promise<readonly InstanceInit[]>;
}

/** Watches a source by itself, on a clock that stands still. */
export function readings(source: InstanceSource): Readings {
  const clock = fakeClock();
  const ctx = createContext({ clock }).withCancel();
  const sets: (readonly InstanceInit[])[] = [];
  let arrived = (): void => {};
  const found = (instances: readonly InstanceInit[]): void => {
    sets.push(instances);
    arrived();
  };
  const changed = (): void => {
    throw new Error('DNS tells no changes');
  };
  const watching = source.watch(Object.assign(found, { changed }), ctx);
  return {
    clock,
    async next() {
      while (sets.length === 0) {
        await Promise.race([watching, new Promise<void>((resolve) => (arrived = resolve))]);
      }
      return sets.shift() ?? [];
    },
    async [Symbol.asyncDispose]() {
      ctx.cancel();
      await watching.catch(() => {});
    },
  };
}
