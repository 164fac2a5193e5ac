import { describe, expect, it } from 'vitest';
import { callsInFlight } from './in-flight.ts';

function counted() {
  const released: string[] = [];
  const calls = callsInFlight(() => void released.push('released'));
  return { calls, released };
}

describe('callsInFlight', () => {
  it('releases at once where no call is under way', async () => {
    const { calls, released } = counted();
    calls.started();
    calls.ended();
    expect(calls.isClosed).toBe(false);
    const closed = calls.close();
    expect(calls.isClosed).toBe(true);
    await closed;
    expect(released).toEqual(['released']);
  });

  it('waits for the last call, and releases once', async () => {
    const { calls, released } = counted();
    calls.started();
    calls.started();
    const closed = calls.close();
    calls.ended();
    await Promise.resolve();
    expect(released).toEqual([]);
    calls.ended();
    expect(calls.close()).toBe(closed);
    await closed;
    expect(released).toEqual(['released']);
  });
});
