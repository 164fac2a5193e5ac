import { liveHeapBytes } from '@fairlead/testing';

/**
 * What is held, in the heap and in buffers outside of it. The least of three turns, as a buffer is given
 * back a while after nobody uses it; each is read at once, for in a turn streams go on and make garbage.
 */
export async function heldBytes(): Promise<number> {
  let least = Infinity;
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    least = Math.min(least, liveHeapBytes() + process.memoryUsage().external);
  }
  return least;
}
