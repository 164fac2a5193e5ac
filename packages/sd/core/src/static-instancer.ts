import { background, ServiceError } from '@fairlead/endpoint';
import type { Discovery, Instancer } from './discovery.ts';
import type { InstanceInit } from './instance.ts';
import { Listing } from './listing.ts';
import { reporter } from './report.ts';
import { withChanges } from './sorted.ts';
import { subscribers } from './subscribers.ts';

/**
 * The instances that a configuration names: known at once, the same for ever, without I/O. Throws
 * `invalid_argument` where one is not valid or two are the same.
 *
 * ```ts
 * const instancer = staticInstancer(['10.0.0.7:8080', '10.0.0.8:8080']);
 * ```
 */
export function staticInstancer(inits: readonly InstanceInit[]): Instancer {
  const { put } = new Listing({
    maxInstances: Infinity,
    accept: () => true,
    rejected(reasons) {
      throw new ServiceError('invalid_argument', `static instances: ${reasons.join('; ')}`);
    },
  }).replace(inits);
  const instances = withChanges([], { put, removed: [] }, ({ id }) => id);
  const current: Discovery = {
    version: 1,
    instances,
    doubtful: [],
    change: { put: instances, removed: [], doubted: [] },
    error: undefined,
    confirmedAt: background.clock.now(),
  };
  const all = subscribers(() => current, reporter(undefined));
  all.announce();
  return {
    current,
    subscribe: (listener) => all.add(listener),
    ready: () => Promise.resolve(instances),
    stalenessMs: () => 0,
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
