import {
  background,
  contextKey,
  createContext,
  type Endpoint,
  ServiceError,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { heldEndpoint, promisesSettled } from '../test/calls.ts';
import { coalesce } from './coalesce.ts';

const byId = coalesce({ key: (id: string) => id });

describe('coalesce', () => {
  it('makes one call for all that ask for the same at the same time', async () => {
    const { endpoint, calls, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);

    const answers = [get('a', background), get('a', background), get('b', background)];
    call(0).answer('of a');
    call(1).answer('of b');

    expect(await Promise.all(answers)).toEqual(['of a', 'of a', 'of b']);
    expect(calls.map(({ request }) => request)).toEqual(['a', 'b']);
  });

  it('makes another when the answer has come, and at once upon it', async () => {
    const { endpoint, calls, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);

    const again = get('a', background).then(() => get('a', background));
    call(0).answer('first');
    await promisesSettled();
    call(1).answer('second');

    expect(await again).toBe('second');
    expect(calls).toHaveLength(2);
  });

  it('hands the same error to all, and none afterwards', async () => {
    const { endpoint, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);
    const error = new ServiceError('unavailable', 'down');

    const answers = [get('a', background), get('a', background)];
    call(0).fail(error);

    for (const answer of answers) await expect(answer).rejects.toBe(error);
    const next = get('a', background);
    call(1).answer('up');
    expect(await next).toBe('up');
  });

  it('lets each caller leave on its own, the first too, and goes on for the rest', async () => {
    const { endpoint, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);
    const clock = fakeClock();
    using canceled = createContext({ clock });
    using late = createContext({ clock, timeoutMs: 10 });

    const first = get('a', canceled);
    const second = get('a', late);
    const third = get('a', background);
    canceled.cancel();
    await expect(first).rejects.toMatchObject({ code: 'canceled' });
    const outOfTime = expect(second).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(10);
    await outOfTime;
    expect(call(0).ctx.error).toBeUndefined();
    call(0).answer('for the third');

    expect(await third).toBe('for the third');
    expect(clock.pending()).toBe(0);
  });

  it('is canceled when the last has left, and the next caller gets a call of its own', async () => {
    const { endpoint, calls, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);
    using one = createContext();
    using two = createContext();

    const answers = Promise.allSettled([get('a', one), get('a', two)]);
    one.cancel();
    expect(call(0).ctx.error).toBeUndefined();
    const reason = new ServiceError('canceled', 'nobody is left');
    two.cancel(reason);
    expect(call(0).ctx.error).toBe(reason);
    const next = get('a', background);
    await answers;
    await promisesSettled();
    // The end of the call that was canceled takes nothing from the one that followed.
    const joined = get('a', background);
    call(1).answer('anew');

    expect(await Promise.all([next, joined])).toEqual(['anew', 'anew']);
    expect(calls).toHaveLength(2);
  });

  it('does not call for, or count, who comes with a context that has ended', async () => {
    const { endpoint, calls } = heldEndpoint<string, string>();
    using over = createContext();
    over.cancel();

    await expect(byId(endpoint)('a', over)).rejects.toMatchObject({ code: 'canceled' });
    expect(calls).toEqual([]);
  });

  it('gives the shared call the values of the first caller and no deadline', async () => {
    const user = contextKey<string>('user');
    const { endpoint, call } = heldEndpoint<string, string>();
    const get = byId(endpoint);
    using timed = createContext({ timeoutMs: 1000 });

    const answers = [get('a', timed.with(user, 'ada')), get('a', background.with(user, 'bob'))];
    call(0).answer('one');
    await Promise.all(answers);

    expect(call(0).ctx.get(user)).toBe('ada');
    expect(call(0).ctx.deadline).toBeUndefined();
  });

  it('leaves no listener on a long context', async () => {
    const clock = fakeClock();
    using long = createContext({ clock, timeoutMs: 60_000 });
    const { endpoint, call } = heldEndpoint<string, string>();

    const answer = byId(endpoint)('a', long);
    expect(clock.pending()).toBe(1);
    call(0).answer('done');
    await answer;

    expect(clock.pending()).toBe(0);
  });

  it('keeps the calls of two endpoints apart', async () => {
    const one = byId(async () => 1);
    const two = byId(async () => 2);

    expect(await Promise.all([one('a', background), two('a', background)])).toEqual([1, 2]);
  });

  it('passes through what has no key, and fails with what the key throws', async () => {
    const { endpoint, calls } = heldEndpoint<string, string>();
    const get = coalesce({
      key(id: string) {
        if (id === '') throw new ServiceError('invalid_argument', 'no id');
        return undefined;
      },
    })(endpoint);

    void get('a', background);
    void get('a', background);
    expect(calls).toHaveLength(2);
    expect(calls[0]?.ctx).toBe(background);
    await expect(get('', background)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('passes a request that streams through, and refuses to share a stream, which it closes', async () => {
    const upload: Endpoint<AsyncIterable<number>, string> = async () => 'received';
    async function* numbers() {
      yield 1;
    }
    const key = (): string => 'same';
    expect(await coalesce({ key })(upload)(numbers(), background)).toBe('received');

    let closed = 0;
    const download = coalesce({ key })(async () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        async return() {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    }));
    const answers = [download('a', background), download('a', background)];
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining('leave coalesce'),
      });
    }
    expect(closed).toBe(1);
  });
});
