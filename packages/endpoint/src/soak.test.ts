import { getEventListeners } from 'node:events';
import { fakeClock, liveHeapBytes } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { createContext } from './call-context.ts';
import { chain } from './chain.ts';
import { timeout } from './timeout.ts';

/*
 * Seen red with each of these, one at a time:
 * - without `this.unlinkSource?.()` in CancelScope.unlink: a listener stays on the signal;
 * - without `this.stopTimer?.()` there: 2 200 000 timers stay;
 * - without `this.unlink()` in CancelScope.dispose: a listener stays on the signal;
 * - without `unlink()` on success in abortable and the disposal in timeout: 1 100 000 timers stay
 *   (either of the two is enough for this test; their own tests ask for both);
 * - with an empty object kept for each CancelScope: the heap grows by 200 MB.
 */
const calls = 1_000_000;
/** Calls that are under way at once. */
const batch = 500;
/** A leak of one word for each call would be 8 MB. */
const boundBytes = 4_000_000;

describe('a million calls under one long-lived signal', () => {
  it('leave no listener, no timer and no memory behind', { timeout: 180_000 }, async () => {
    const clock = fakeClock();
    const { signal } = new AbortController();
    const endpoint = chain(timeout(500))(async (n: number) => n);

    async function call(n: number): Promise<number> {
      using root = createContext({ signal, clock });
      using scoped = root.withTimeout(1000);
      const unlink = scoped.onAbort(() => {});
      const answer = await endpoint(n, scoped);
      // Half of the callers tidy up, half leave it to the disposal.
      if (n % 2 === 0) unlink();
      return answer;
    }

    async function soak(count: number): Promise<void> {
      for (let done = 0; done < count; done += batch) {
        const answers = Array.from({ length: batch }, (_, n) => call(n));
        if (done === 0) expect(getEventListeners(signal, 'abort')).toHaveLength(1);
        await Promise.all(answers);
      }
    }

    await soak(calls / 10);
    const before = liveHeapBytes();
    await soak(calls);
    const after = liveHeapBytes();

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(clock.pending()).toBe(0);
    expect(after - before).toBeLessThan(boundBytes);
  });
});
