import { background, type Context, createContext, type Endpoint } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceeds, type Passed } from '../test/window.ts';
import { delaying } from './delaying.ts';
import { type TokenBucketOptions, tokenBucket } from './token-bucket.ts';

/** Calls by name, which note when they came through. */
function scene(options: Omit<TokenBucketOptions<string>, 'clock'>) {
  const clock = fakeClock();
  const bucket = tokenBucket<string>({ ...options, clock });
  const passed: string[] = [];
  const endpoint: Endpoint<string, number> = async (name) => passed.push(`${name}@${clock.now()}`);
  const call = delaying(bucket)(endpoint);
  const start = (name: string, ctx: Context = background): Promise<string> =>
    call(name, ctx).then(
      () => 'ok',
      (error) => `${error.code}: ${error.message}`,
    );
  return { clock, bucket, passed, call, start };
}

function within(timeoutMs: number, clock: ReturnType<typeof fakeClock>) {
  return createContext({ timeoutMs, clock });
}

describe('calls that wait', () => {
  it('go in the order in which they came, each when its token is there', async () => {
    const { clock, passed, start } = scene({ perSecond: 10, burst: 1 });
    const calls = ['a', 'b', 'c', 'd'].map((name) => start(name));
    await clock.advance(1000);
    expect(await Promise.all(calls)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(passed).toEqual(['a@0', 'b@100', 'c@200', 'd@300']);
    expect(clock.pending()).toBe(0);
  });

  it('are not overtaken by those who would not wait', async () => {
    const { clock, bucket, passed, start } = scene({ perSecond: 10, burst: 1 });
    const calls = ['a', 'b', 'c'].map((name) => start(name));
    await clock.advance(150);
    expect(bucket.allow('d', background)).toMatchObject({ allowed: false, retryAfterMs: 150 });
    await clock.advance(50);
    await Promise.all(calls);
    expect(passed).toEqual(['a@0', 'b@100', 'c@200']);
  });

  it('that take much hold up those that take little', async () => {
    const cost = (name: string): number => (name === 'big' ? 5 : 1);
    const { clock, passed, start } = scene({ perSecond: 10, burst: 5, cost });
    const calls = ['a', 'big', 'b'].map((name) => start(name));
    await clock.advance(1000);
    await Promise.all(calls);
    expect(passed).toEqual(['a@0', 'big@100', 'b@200']);
  });

  it('lose nothing to a timer that comes late', async () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const clock = {
      now: () => now,
      schedule: (_: number, run: () => void) => {
        timers.push(run);
        return () => {};
      },
    };
    const call = delaying(tokenBucket({ perSecond: 100, burst: 1, clock }))(async () => now);
    const calls = Array.from({ length: 11 }, () => call(undefined, background));
    now = 100;
    timers.pop()?.();
    expect(await Promise.all(calls)).toEqual([0, ...Array(10).fill(100)]);
  });

  it('go on a clock that counts from long ago, whose steps are coarse', async () => {
    const clock = fakeClock(1.8e12);
    const call = delaying(tokenBucket({ perSecond: 3, burst: 1, clock }))(async () => 'ok');
    const calls = Array.from({ length: 4 }, () => call(undefined, background));
    await clock.advance(1001);
    expect(await Promise.all(calls)).toEqual(Array(4).fill('ok'));
  });

  it('go by real timers too', async () => {
    const call = delaying(tokenBucket({ perSecond: 500, burst: 1 }))(async () => 'ok');
    const calls = Array.from({ length: 5 }, () => call(undefined, background));
    const from = performance.now();
    await Promise.all(calls);
    expect(performance.now() - from).toBeGreaterThan(6);
  });
});

describe('a call that would wait too long', () => {
  it('fails at once where that is beyond its deadline, and takes nothing', async () => {
    const { clock, passed, start } = scene({ perSecond: 10, burst: 1 });
    expect(await start('a')).toBe('ok');
    expect(await start('b', within(99, clock))).toBe('resource_exhausted: rate limit exceeded');
    const c = start('c', within(100.5, clock));
    await clock.advance(100);
    expect([await c, passed]).toEqual(['ok', ['a@0', 'c@100']]);
    expect(clock.pending()).toBe(0);
  });

  it('fails at once beyond maxWaitMs, and says how long it would have been', async () => {
    const { call, start } = scene({ perSecond: 1, burst: 1, maxWaitMs: 2000 });
    void start('a');
    void start('b');
    void start('c');
    await expect(call('d', background)).rejects.toMatchObject({
      code: 'resource_exhausted',
      retryAfterMs: 3000,
      unsent: true,
    });
  });

  it('fails at once where it takes more than there ever is', async () => {
    const { call } = scene({ perSecond: 1, burst: 1, cost: () => 2, maxWaitMs: Infinity });
    await expect(call('a', background)).rejects.toMatchObject({
      retryAfterMs: undefined,
      retryable: false,
    });
  });

  it('that has ended already takes nothing', async () => {
    const { clock, passed, start } = scene({ perSecond: 1, burst: 1 });
    const ended = background.withCancel();
    ended.cancel();
    expect(await start('a', ended)).toBe('canceled: call canceled');
    expect(await start('b')).toBe('ok');
    expect(passed).toEqual(['b@0']);
    expect(clock.pending()).toBe(0);
  });
});

describe('a call that ends while it waits', () => {
  it.each([0, 1, 2])('gives its place to those behind it: number %i of three', async (index) => {
    const { clock, passed, start } = scene({ perSecond: 10, burst: 1 });
    await start('now');
    const contexts = [0, 1, 2].map(() => background.withCancel());
    const calls = contexts.map((ctx, i) => start(`${i}`, ctx));
    await clock.advance(50);
    contexts[index]?.cancel();
    expect(await calls[index]).toBe('canceled: call canceled');
    await clock.advance(1000);
    const others = ['0', '1', '2'].filter((name) => name !== `${index}`);
    expect(passed).toEqual(['now@0', `${others[0]}@100`, `${others[1]}@200`]);
    expect(clock.pending()).toBe(0);
  });

  it('leaves its token to those who come later', async () => {
    const { clock, passed, start } = scene({ perSecond: 10, burst: 1 });
    await start('a');
    using ctx = background.withCancel();
    const b = start('b', ctx);
    ctx.cancel();
    await b;
    expect(clock.pending()).toBe(0);
    await clock.advance(100);
    expect(await start('c')).toBe('ok');
    expect(passed).toEqual(['a@0', 'c@100']);
  });
});

it('keeps to the rate and the order, whoever comes and leaves', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('call' as const), cost: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = fakeClock();
      const bucket = tokenBucket<number>({ perSecond: 10, burst: 3, cost: (cost) => cost, clock });
      const passed: (Passed & { readonly number: number })[] = [];
      const contexts: ReturnType<Context['withCancel']>[] = [];
      for (const step of steps) {
        if (step.kind === 'pass') await clock.advance(step.ms);
        if (step.kind === 'cancel') contexts[step.which]?.cancel();
        if (step.kind !== 'call') continue;
        const number = contexts.length;
        const ctx = background.withCancel();
        contexts.push(ctx);
        const endpoint: Endpoint<number, void> = async (cost) => {
          passed.push({ at: clock.now(), cost, number });
        };
        delaying(bucket)(endpoint)(step.cost, ctx).catch(() => {});
      }
      await clock.advance(60_000);
      expect(clock.pending()).toBe(0);
      const paid = passed.filter(({ cost }) => cost > 0);
      const numbers = paid.map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(exceeds(paid, { perSecond: 10, burst: 3 })).toBe(false);
    }),
  );
});
