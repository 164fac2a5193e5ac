import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { background, createContext } from './call-context.ts';
import { type Context, contextKey } from './context.ts';

describe('a context with values', () => {
  const user = contextKey<string>('user');
  const tenant = contextKey<number>('tenant');

  it('has nothing under a key that nobody set', () => {
    expect(background.get(user)).toBeUndefined();
  });

  it('has what was set, under each key its own', () => {
    const ctx = background.with(user, 'ada').with(tenant, 7);

    expect(ctx.get(user)).toBe('ada');
    expect(ctx.get(tenant)).toBe(7);
  });

  it('is not changed by a value that is set on it', () => {
    const ctx = background.with(user, 'ada');
    const other = ctx.with(user, 'grace');
    ctx.with(tenant, 7);

    expect(ctx.get(user)).toBe('ada');
    expect(ctx.get(tenant)).toBeUndefined();
    expect(other.get(user)).toBe('grace');
    expect(background.get(user)).toBeUndefined();
  });

  it('shadows a value with a later one, undefined included', () => {
    const maybe = contextKey<string | undefined>('maybe');
    const ctx = background.with(maybe, 'something').with(maybe, undefined);

    expect(ctx.get(maybe)).toBeUndefined();
  });

  it('tells keys of the same name apart', () => {
    const namesake = contextKey<string>('user');
    const ctx = background.with(user, 'ada').with(namesake, 'grace');

    expect(ctx.get(user)).toBe('ada');
    expect(ctx.get(namesake)).toBe('grace');
  });

  it('hands its values down to every context made of it', () => {
    const ctx = background.with(user, 'ada');
    using timed = ctx.withTimeout(10);
    using canceled = timed.withCancel();

    expect(timed.get(user)).toBe('ada');
    expect(canceled.with(tenant, 7).get(user)).toBe('ada');
  });

  it('keeps its values when it has ended and when it is disposed of', () => {
    const scoped = background.with(user, 'ada').withCancel();
    scoped.cancel();
    expect(scoped.get(user)).toBe('ada');
    scoped[Symbol.dispose]();

    expect(scoped.get(user)).toBe('ada');
  });

  it('may have those of another one, whose end is not its own', () => {
    using other = background.with(user, 'ada').withCancel();
    using ctx = createContext({ values: other });
    other.cancel();

    expect(ctx.get(user)).toBe('ada');
    expect(ctx.with(tenant, 7).get(user)).toBe('ada');
    expect(ctx.with(user, 'grace').get(user)).toBe('grace');
    expect(ctx.error).toBeUndefined();
    expect(ctx.deadline).toBeUndefined();
  });

  it('may have those of a context that is none of ours', () => {
    const foreign: Context = Object.create(null, {
      // Sound for this test, which asks for one key.
      get: { value: (key: unknown) => (key === user ? 'ada' : undefined) },
    });
    using ctx = createContext({ values: foreign });

    expect(ctx.with(tenant, 7).get(user)).toBe('ada');
    expect(ctx.get(tenant)).toBeUndefined();
  });
});

describe('contextKey', () => {
  it('makes a key that shows its name and cannot be changed', () => {
    const key = contextKey<number>('tenant');

    expect(key.name).toBe('tenant');
    expect(Object.isFrozen(key)).toBe(true);
  });
});

describe('background', () => {
  it('never ends: no deadline, no error, a signal that does not abort', () => {
    expect(background.deadline).toBeUndefined();
    expect(background.remainingMs()).toBe(Number.POSITIVE_INFINITY);
    expect(background.error).toBeUndefined();
    expect(background.signal.aborted).toBe(false);
    expect(() => background.throwIfAborted()).not.toThrow();
  });
});

describe('a context with a deadline', () => {
  it('counts down to 0 and no further', async () => {
    const clock = fakeClock(1000);
    using ctx = createContext({ clock, timeoutMs: 50 });

    expect(ctx.deadline).toBe(1050);
    expect(ctx.remainingMs()).toBe(50);
    await clock.advance(20);
    expect(ctx.remainingMs()).toBe(30);
    await clock.advance(100);
    expect(ctx.remainingMs()).toBe(0);
  });

  it('ends at the deadline and not before', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 50 });

    await clock.advance(49);
    expect(ctx.error).toBeUndefined();
    await clock.advance(1);
    expect(ctx.error).toMatchObject({ code: 'deadline_exceeded' });
    expect(() => ctx.throwIfAborted()).toThrow('deadline exceeded');
  });

  it('tells a listener at the deadline, though nobody asks', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 50 });
    const listener = vi.fn();
    ctx.onAbort(listener);

    await clock.advance(49);
    expect(listener).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(listener).toHaveBeenCalledExactlyOnceWith(ctx.error);
  });

  it('has ended when it is made with no time left', () => {
    using ctx = createContext({ timeoutMs: 0 });

    expect(ctx.error).toMatchObject({ code: 'deadline_exceeded' });
    expect(ctx.signal.aborted).toBe(true);
  });

  it('keeps the sooner of two deadlines, on either side', () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 100 });
    using sooner = ctx.withTimeout(30);
    using later = ctx.withTimeout(300);
    using laterStill = sooner.withDeadline(5000);

    expect(sooner.deadline).toBe(30);
    expect(later.deadline).toBe(100);
    expect(laterStill.deadline).toBe(30);
  });

  it('ends a context below it that asked for more', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 100 });
    using later = ctx.withTimeout(300);

    await clock.advance(100);

    expect(later.error).toBe(ctx.error);
    expect(later.error?.code).toBe('deadline_exceeded');
  });

  it('does not end the context above it', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 100 });
    using sooner = ctx.withTimeout(30);

    await clock.advance(30);

    expect(sooner.error?.code).toBe('deadline_exceeded');
    expect(ctx.error).toBeUndefined();
  });

  it('has none where the timeout is Infinity', () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: Number.POSITIVE_INFINITY });
    using timed = ctx.withTimeout(Number.POSITIVE_INFINITY);
    using dated = ctx.withDeadline(Number.POSITIVE_INFINITY);

    expect([ctx.deadline, timed.deadline, dated.deadline]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(timed.remainingMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('has ended when its deadline lies in the past', () => {
    const clock = fakeClock(1000);
    using ctx = createContext({ clock });
    using past = ctx.withDeadline(999);
    using longPast = ctx.withDeadline(Number.NEGATIVE_INFINITY);

    expect(past.error?.code).toBe('deadline_exceeded');
    expect(longPast.error?.code).toBe('deadline_exceeded');
    expect(longPast.remainingMs()).toBe(0);
  });

  it('is not touched when the date of the system changes', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    try {
      using ctx = createContext({ timeoutMs: 60_000 });
      vi.setSystemTime(10 * 365 * 86_400_000);
      expect(ctx.error).toBeUndefined();
      expect(ctx.remainingMs()).toBeGreaterThan(0);
      vi.setSystemTime(0);
      expect(ctx.remainingMs()).toBeLessThanOrEqual(60_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY, '50', null])(
    'refuses the timeout %o and names the option',
    (timeoutMs) => {
      // The caller may be JavaScript.
      const wrong = timeoutMs as number;

      expect(() => createContext({ timeoutMs: wrong })).toThrow(RangeError);
      expect(() => createContext({ timeoutMs: wrong })).toThrow(/^timeoutMs must be/);
      expect(() => background.withTimeout(wrong)).toThrow(/^timeoutMs must be/);
    },
  );

  it.each([Number.NaN, '50', null, new Date()])(
    'refuses the deadline %o and names the option',
    (deadline) => {
      // The caller may be JavaScript.
      const wrong = deadline as number;

      expect(() => background.withDeadline(wrong)).toThrow(RangeError);
      expect(() => background.withDeadline(wrong)).toThrow(/^deadline must be/);
    },
  );
});
