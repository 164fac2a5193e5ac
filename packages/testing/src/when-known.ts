import { background, type Context } from '@fairlead/endpoint';
import type { Discovery, Instancer } from '@fairlead/sd';

/**
 * The first state of an instancer that is as wanted, now or later; starts the instancer. Rejects when
 * the context ends before. Without a context it never settles where no state is: the limit of the test
 * ends the waiting.
 */
export function whenKnown(
  instancer: Instancer,
  is: (discovery: Discovery) => boolean,
  ctx: Context = background,
): Promise<Discovery> {
  return new Promise((resolve, reject) => {
    let unsubscribe = (): void => {};
    const unlink = ctx.onAbort((error) => {
      unsubscribe();
      reject(error);
    });
    unsubscribe = instancer.subscribe((discovery) => {
      if (!is(discovery)) return;
      unlink();
      resolve(discovery);
      // Not defined yet where this is the state at the start.
      queueMicrotask(() => unsubscribe());
    });
  });
}
