import { background, createContext, type Endpoint } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { erroring } from './erroring.ts';
import type { Allower } from './limiter.ts';
import { tokenBucket } from './token-bucket.ts';

const hello: Endpoint<string, string> = async (name) => `hello ${name}`;

describe('erroring', () => {
  it('refuses what exceeds the limit, and does not call', async () => {
    const clock = fakeClock();
    let calls = 0;
    const endpoint: Endpoint<void, number> = async () => ++calls;
    const limited = erroring(tokenBucket({ perSecond: 4, burst: 2, clock }))(endpoint);
    expect(await limited(undefined, background)).toBe(1);
    expect(await limited(undefined, background)).toBe(2);
    await expect(limited(undefined, background)).rejects.toMatchObject({
      code: 'resource_exhausted',
      message: 'rate limit exceeded',
      retryAfterMs: 250,
      retryable: true,
      unsent: true,
    });
    expect(calls).toBe(2);
    await clock.advance(250);
    expect(await limited(undefined, background)).toBe(3);
  });

  it('shares one limit among the endpoints that it decorates', async () => {
    const limit = erroring(tokenBucket({ perSecond: 1, burst: 1, clock: fakeClock() }));
    expect(await limit(hello)('ada', background)).toBe('hello ada');
    await expect(limit(async () => 1)(undefined, background)).rejects.toThrow(
      'rate limit exceeded',
    );
  });

  it('asks for no second try where that cannot help', async () => {
    const limit = erroring(tokenBucket({ perSecond: 0, burst: 0 }));
    await expect(limit(hello)('ada', background)).rejects.toMatchObject({
      retryable: false,
      retryAfterMs: undefined,
    });
  });

  it('hands back the very promise of the endpoint', () => {
    const response = Promise.resolve(1);
    const limited = erroring(tokenBucket({ perSecond: 1 }))(() => response);
    expect(limited(undefined, background)).toBe(response);
  });

  it('rejects where the limiter throws', async () => {
    const broken = tokenBucket({
      perSecond: 1,
      cost: () => {
        throw new Error('no cost');
      },
    });
    await expect(erroring(broken)(hello)('ada', background)).rejects.toThrow('no cost');
  });

  it('does not call where the call has ended while it was decided elsewhere', async () => {
    const clock = fakeClock();
    const slow: Allower = {
      allow: (_, ctx) =>
        new Promise((resolve) => {
          const decision = { allowed: true, retryAfterMs: 0, remaining: 1, resetMs: 0 };
          clock.schedule(100, () => resolve({ ...decision, policy: undefined }));
          void ctx;
        }),
    };
    const ctx = createContext({ timeoutMs: 50, clock });
    let called = false;
    const outcome = erroring(slow)(async () => {
      called = true;
    })(undefined, ctx);
    outcome.catch(() => {});
    await clock.advance(100);
    await expect(outcome).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(called).toBe(false);
    expect(await erroring({ allow: async () => ({ ...decided }) })(hello)('ada', background)).toBe(
      'hello ada',
    );
  });
});

const decided = { allowed: true, retryAfterMs: 0, remaining: 1, resetMs: 0, policy: undefined };
