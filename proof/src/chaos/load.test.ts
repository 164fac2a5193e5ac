import { createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { drive, type Sample } from './load.ts';

/** Runs the whole load on a clock of its own. */
async function driven(
  call: (id: number, idempotent: boolean, clock: ReturnType<typeof fakeClock>) => Promise<unknown>,
  rate: number,
): Promise<Sample[]> {
  const clock = fakeClock();
  using ctx = createContext({ clock });
  const samples: Sample[] = [];
  const done = drive(
    (id, idempotent) => call(id, idempotent, clock),
    { rate, seconds: 1 },
    (sample) => samples.push(sample),
    ctx,
  );
  await clock.advance(10_000);
  await done;
  return samples;
}

function after(ms: number, clock: ReturnType<typeof fakeClock>): Promise<void> {
  return new Promise((resolve) => void clock.schedule(ms, resolve));
}

describe('drive', () => {
  it('calls when a call is due, however long the others take', async () => {
    const madeAt: number[] = [];
    const samples = await driven(async (_id, _idempotent, clock) => {
      madeAt.push(clock.now());
      await after(3000, clock);
    }, 4);
    expect(madeAt.map((at) => at - (madeAt[0] ?? 0))).toEqual([0, 250, 500, 750]);
    expect(samples.map(({ latencyMs }) => latencyMs)).toEqual([3000, 3000, 3000, 3000]);
  });

  it('counts latency from when a call was due, not from when a late client made it', async () => {
    const clock = fakeClock();
    let now = clock.now();
    // Within a call of the third, the process is stuck for 600 ms.
    const stuck = { ...clock, now: () => (now = Math.max(now, clock.now())) };
    using ctx = createContext({ clock: stuck });
    const samples: Sample[] = [];
    const call = async (id: number): Promise<void> => {
      if (id === 1) now += 600;
    };
    const done = drive(call, { rate: 4, seconds: 1 }, (sample) => samples.push(sample), ctx);
    await clock.advance(10_000);
    await done;
    const byTime = samples.toSorted((a, b) => a.atMs - b.atMs);
    expect(byTime.map(({ atMs }) => atMs)).toEqual([0, 250, 500, 750]);
    expect(byTime.map(({ latencyMs }) => latencyMs).slice(0, 3)).toEqual([600, 350, 100]);
    expect(byTime.map(({ lateMs }) => lateMs).slice(0, 3)).toEqual([0, 350, 100]);
  });

  it('marks every fourth call as one that must not be repeated, and keeps the code of a failure', async () => {
    const samples = await driven(async (id) => {
      if (id === 2) throw new ServiceError('unavailable', 'down');
    }, 8);
    expect(samples.map(({ idempotent }) => idempotent)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((id) => id % 4 !== 0),
    );
    expect(samples.map(({ code }) => code)[1]).toBe('unavailable');
    expect(samples.filter(({ code }) => code !== undefined)).toHaveLength(1);
  });

  it('makes no more calls when the context has ended', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock });
    const stopping = ctx.withCancel();
    let calls = 0;
    const call = async (): Promise<void> => {
      if (++calls === 3) stopping.cancel();
    };
    const done = drive(call, { rate: 10, seconds: 60 }, () => {}, stopping);
    await clock.advance(60_000);
    await done;
    expect(calls).toBe(3);
    expect(clock.pending()).toBe(0);
  });
});
