import type { Context } from '@fairlead/endpoint';

/** Waits on the context's clock; rejects, and leaves no timer, when the context ends before. */
export function pause(ms: number, ctx: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    let unlink = (): void => {};
    const stop = ctx.clock.schedule(ms, () => {
      unlink();
      resolve();
    });
    unlink = ctx.onAbort((error) => {
      stop();
      reject(error);
    });
  });
}
