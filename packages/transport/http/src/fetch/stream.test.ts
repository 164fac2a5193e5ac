import { nop } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { fetchHandler, type HttpReply } from '../fetch.ts';

const url = 'http://a.test/';

/** A handler of a streamed reply, which tells how far it has been made and how its call ended. */
function streaming(
  chunks: readonly (string | Uint8Array)[],
  { timeoutMs, ...reply }: Partial<HttpReply> & { timeoutMs?: number } = {},
) {
  const clock = fakeClock();
  const finished = deferred<Outcome>();
  const closed = deferred();
  const state = { made: 0 };
  async function* body() {
    try {
      for (const chunk of chunks) {
        state.made++;
        yield chunk;
      }
    } finally {
      closed.resolve();
    }
  }
  const handler = fetchHandler(nop, {
    decode: () => undefined,
    encode: () => ({ status: 200, headers: {}, body: body(), ...reply }),
    finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
    clock,
    timeoutMs,
  });
  return { handler, clock, state, finished: finished.promise, closed: closed.promise };
}

/** Lets all that is due run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a streamed reply of a fetchHandler', () => {
  it('goes out as it comes, without a length; the call ends with it', async () => {
    const { handler, finished } = streaming(['a', Uint8Array.of(98), 'é']);
    const response = await handler(new Request(url));
    expect(response.headers.get('content-length')).toBeNull();
    expect(await response.text()).toBe('abé');
    expect(await finished).toEqual({ status: 200, error: undefined });
  });

  it('is made no faster than it is read', async () => {
    const { handler, state } = streaming(['a', 'b', 'c']);
    const reader = (await handler(new Request(url))).body?.getReader();
    await turn();
    expect(state.made).toBe(0);
    await reader?.read();
    await turn();
    expect(state.made).toBe(1);
    await reader?.cancel();
  });

  it('is closed where the host cancels it', async () => {
    const { handler, finished, closed } = streaming(['a', 'b', 'c']);
    const reader = (await handler(new Request(url))).body?.getReader();
    await reader?.read();
    await reader?.cancel('gone');
    await closed;
    expect(await finished).toMatchObject({ status: 200, error: { code: 'canceled' } });
  });

  it('is closed where the signal ends', async () => {
    const controller = new AbortController();
    const { handler, finished, closed } = streaming(['a', 'b', 'c']);
    const request = new Request(url, { signal: controller.signal });
    const reader = (await handler(request)).body?.getReader();
    await reader?.read();
    controller.abort();
    await closed;
    expect(await reader?.read()).toMatchObject({ done: true });
    expect(await finished).toMatchObject({ error: { code: 'canceled' } });
  });

  it('breaks off at the deadline, also while nobody reads', async () => {
    const { handler, clock, finished } = streaming(['a', 'b'], { timeoutMs: 100 });
    const reader = (await handler(new Request(url))).body?.getReader();
    await reader?.read();
    await clock.advance(100);
    await expect(reader?.read()).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await finished).toMatchObject({ status: 200, error: { code: 'deadline_exceeded' } });
    expect(clock.pending()).toBe(0);
  });

  it('breaks off where it fails', async () => {
    const broken = new Error('broken');
    async function* body(): AsyncGenerator<string> {
      yield 'a';
      throw broken;
    }
    const { handler, finished } = streaming([], { body: body() });
    await expect((await handler(new Request(url))).text()).rejects.toBe(broken);
    expect(await finished).toMatchObject({ status: 200, error: { cause: broken } });
  });

  it('may tell its error itself, and then ends well', async () => {
    const error = new Error('told');
    const { handler, finished } = streaming(['a'], { streamError: () => error });
    expect(await (await handler(new Request(url))).text()).toBe('a');
    expect(await finished).toMatchObject({ error: { cause: error } });
  });

  it.each([
    ['HEAD', 'HEAD', 200],
    ['204', 'GET', 204],
    ['304', 'GET', 304],
  ])('is not begun for %s', async (_what, method, status) => {
    const { handler, state } = streaming(['a'], { status });
    const response = await handler(new Request(url, { method }));
    expect([response.status, response.body, state.made]).toEqual([status, null, 0]);
    expect(response.headers.get('content-length')).toBeNull();
  });
});
