import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects at once what nobody uses any more. For a test of what is kept: a `WeakRef` that is empty
 * afterwards held on to nothing. The process needs no `--expose-gc`. It blocks for as long as it takes.
 * For Node: it throws where the engine is not V8.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  const collect: () => void = runInNewContext('gc');
  // What the first has found to be unused may have held on to more.
  collect();
  collect();
}

/**
 * The bytes of the heap that are in use, after a {@link collectGarbage}. For a soak: read it before
 * and after many calls, and let it grow by less than the smallest leak would make it.
 */
export function liveHeapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
