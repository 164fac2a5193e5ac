import type { Discovery, Instancer } from '@fairlead/sd';

/**
 * The first state of an instancer that is as wanted, now or later; starts the instancer. Never
 * settles where none is; the limit of the test ends the waiting.
 */
export function whenKnown(
  instancer: Instancer,
  is: (discovery: Discovery) => boolean,
): Promise<Discovery> {
  return new Promise((resolve) => {
    const unsubscribe = instancer.subscribe((discovery) => {
      if (!is(discovery)) return;
      resolve(discovery);
      // Not defined yet where this is the state at the start.
      queueMicrotask(() => unsubscribe());
    });
  });
}
