import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { createEventLoopCheck, discovered, diskSpace } from '../index.ts';

describe('discovered', () => {
  const error = new ServiceError('unavailable', 'consul is away');
  it.each([
    [{ current: { instances: undefined, error: undefined } }, 'down', 'no instance is known'],
    [{ current: { instances: [], error } }, 'down', 'consul is away'],
    [{ current: { instances: [1], error } }, 'degraded', 'consul is away'],
    [{ current: { instances: [1], error: undefined } }, 'up', undefined],
    [{ current: { entries: [], error: undefined } }, 'down', 'no instance is known'],
    [{ current: { entries: [1, 2], error: undefined } }, 'up', undefined],
  ])('of %j is %s', (source, status, message) => {
    expect(discovered(source)()).toMatchObject(
      message === undefined ? { status } : { status, message },
    );
  });

  const well = { ejected: false, doubtful: false };
  it.each([
    [[], 'down', 'no instance is known'],
    [[well, well], 'up', undefined],
    [[well, { ...well, ejected: true }], 'degraded', '1 of 2 are left out'],
    [[{ ...well, doubtful: true }], 'down', 'every instance is left out'],
  ])('of a balancer with %j is %s', (instances, status, message) => {
    expect(discovered({ status: () => instances })().status).toBe(status);
    expect(discovered({ status: () => instances })().message).toBe(message);
  });
});

describe('diskSpace', () => {
  const disk = (bavail: number) => ({
    statfs: async () => ({ bsize: 4096, blocks: 1000, bavail }),
  });

  it.each([
    [100, 'up'],
    [99, 'degraded'],
    [50, 'degraded'],
    [49, 'down'],
  ])('with %d of 1000 blocks free is %s', async (free, status) => {
    expect((await diskSpace('/', disk(free))()).status).toBe(status);
  });

  it('counts bytes where that is more', async () => {
    const check = diskSpace('/', { ...disk(500), minFreeBytes: 4096 * 501 });
    expect(await check()).toEqual({
      status: 'down',
      message: '50 % of the disk are free',
      data: { freeBytes: 4096 * 500, totalBytes: 4096 * 1000 },
    });
  });

  it('asks the disk itself by default, and fails where there is none', async () => {
    expect((await diskSpace('/')()).data).toMatchObject({ totalBytes: expect.any(Number) });
    await expect(diskSpace('/no/such/path')()).rejects.toThrow('ENOENT');
  });

  it('refuses a share that is none', () => {
    expect(() => diskSpace('/', { minFreeShare: 2 })).toThrow(/^minFreeShare must be/);
  });
});

describe('createEventLoopCheck', () => {
  function histogram(delayMs: number) {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    return {
      calls,
      max: (delayMs + 20) * 1e6,
      percentile: () => (delayMs + 20) * 1e6,
      reset: note('reset'),
      enable: note('enable'),
      disable: note('disable'),
    };
  }

  it.each([
    [0, 'up'],
    [100, 'up'],
    [101, 'degraded'],
    [1001, 'down'],
  ])('with a delay of %d ms is %s', (delayMs, status) => {
    const { check } = createEventLoopCheck({ histogram: histogram(delayMs) });
    check();
    expect(check()).toMatchObject({ status, data: { delayMs, maxMs: delayMs } });
  });

  it('measures from its first run to its end', () => {
    const measured = histogram(0);
    const loop = createEventLoopCheck({ histogram: measured });
    loop.close();
    expect(measured.calls).toEqual([]);
    loop.check();
    loop.check();
    loop.close();
    expect(measured.calls).toEqual(['enable', 'reset', 'disable']);
  });

  it('sees that the loop is kept busy', async () => {
    using loop = createEventLoopCheck();
    loop.check();
    // Node counts from its second look on, and notes a delay at the look after it.
    await expect
      .poll(
        async () => {
          const end = performance.now() + 150;
          while (performance.now() < end);
          await new Promise((resolve) => setImmediate(resolve));
          return loop.check().data?.['maxMs'];
        },
        { interval: 100 },
      )
      .toBeGreaterThan(100);
  });
});
