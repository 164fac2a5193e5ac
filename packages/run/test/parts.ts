import type { DrainableServer } from '../src/index.ts';

/** A promise that a test settles. */
export function deferred<T = void>() {
  let resolve = (_value: T): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A server that writes down how it was closed, and ends when the test says so or its grace is 0. */
export function fakeServer(log: string[], name = 'server') {
  const { promise: over, resolve: finish } = deferred();
  const server: DrainableServer = {
    close({ graceMs, lingerMs }) {
      log.push(`${name} close ${graceMs} ${lingerMs}`);
      if (graceMs === 0) finish();
      return over;
    },
  };
  return { server, finish };
}
