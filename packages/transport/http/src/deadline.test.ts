import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { deferred } from '../test/deferred.ts';
import { serve } from '../test/hosts.ts';
import { open, statusOf, untilSeen } from '../test/raw.ts';
import { type HttpHandlerOptions, httpHandler } from './index.ts';

/** Serves an endpoint that tells how much time it has, on a clock that stands still. */
async function serveClock(options: Partial<HttpHandlerOptions<undefined, unknown>> = {}) {
  const clock = fakeClock(5_000);
  let calls = 0;
  const handler = httpHandler(
    async (_request: undefined, ctx) => {
      calls++;
      return String(ctx.remainingMs());
    },
    { decode: () => undefined, clock, ...options },
  );
  const { url } = await serve(handler);
  return { clock, url, calls: () => calls };
}

/** Serves an endpoint that waits for ever, until it is told to end. */
async function serveHanging(options: Partial<HttpHandlerOptions<undefined, unknown>> = {}) {
  const clock = fakeClock();
  const called = deferred();
  const ended = deferred<string>();
  const handler = httpHandler(
    (_request: undefined, ctx) => {
      ctx.onAbort(({ code }) => ended.resolve(code));
      called.resolve();
      return new Promise(() => {});
    },
    { decode: () => undefined, clock, ...options },
  );
  const { url } = await serve(handler);
  return { clock, url, called: called.promise, ended: ended.promise };
}

describe('the deadline of a call', () => {
  it.each([
    [{ 'connect-timeout-ms': '250' }, '250'],
    [{ 'connect-timeout-ms': '9999999999' }, '9999999999'],
    [{ 'grpc-timeout': '250m' }, '250'],
    [{ 'grpc-timeout': '2S' }, '2000'],
    [{ 'grpc-timeout': '1H' }, '3600000'],
    [{ 'grpc-timeout': '1500u' }, '1.5'],
    [{ 'connect-timeout-ms': '250', 'grpc-timeout': '1S' }, '250'],
    [{ 'connect-timeout-ms': '1000', 'grpc-timeout': '50m' }, '50'],
    [{}, 'Infinity'],
  ])('is what the headers %j allow', async (headers, remaining) => {
    const { url } = await serveClock();
    expect((await ask(url, { headers })).json).toBe(remaining);
  });

  it.each([
    [{}, '100'],
    [{ 'connect-timeout-ms': '99' }, '99'],
    [{ 'connect-timeout-ms': '101' }, '100'],
  ])('is never later than timeoutMs: with %j of 100', async (headers, remaining) => {
    const { url } = await serveClock({ timeoutMs: 100 });
    expect((await ask(url, { headers })).json).toBe(remaining);
  });

  const malformed = ['-1', '1e3', '5x', '5 5', '', '0x5', '١', '5.5', 'Infinity', '1, 1'];
  it.each([
    ...malformed.map((text) => ({ 'connect-timeout-ms': text })),
    { 'connect-timeout-ms': '99999999999' },
    ...[...malformed, '5', '123456789m', '5s', '5 m', 'S'].map((text) => ({
      'grpc-timeout': text,
    })),
    { 'connect-timeout-ms': '5', 'grpc-timeout': 'x' },
  ])('that cannot be read, as in %j, refuses the call with 400', async (headers) => {
    const { url, calls } = await serveClock();
    // What no client could send as text goes out as its bytes.
    const bytes = Object.entries(headers).map(([name, text]) => [
      name,
      Buffer.from(text).toString('latin1'),
    ]);
    const reply = await ask(url, { headers: Object.fromEntries(bytes) });
    expect(reply).toMatchObject({ status: 400 });
    expect(reply.json).toMatchObject({
      code: 'invalid_argument',
      detail: /^malformed header/ as unknown,
    });
    expect(calls()).toBe(0);
  });

  it.each([{ 'connect-timeout-ms': '0' }, { 'grpc-timeout': '0S' }])(
    'that has passed already, as in %j, calls nothing',
    async (headers) => {
      const { url, calls } = await serveClock();
      const reply = await ask(url, { headers });
      expect(reply).toMatchObject({ status: 504 });
      expect(reply.json).toMatchObject({ code: 'deadline_exceeded' });
      expect(calls()).toBe(0);
    },
  );

  it('answers 504 in time for an endpoint that ignores it, and stops the rest', async () => {
    const { url, clock, called, ended } = await serveHanging();
    const reply = ask(url, { headers: { 'connect-timeout-ms': '250' } });
    await called;
    await clock.advance(249);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    expect(await reply).toMatchObject({ status: 504 });
    expect(await ended).toBe('deadline_exceeded');
    expect(clock.pending()).toBe(0);
  });

  it('ends a body that does not come in time', async () => {
    const clock = fakeClock();
    const reading = deferred();
    const { port } = await serve(
      httpHandler(async () => 1, {
        clock,
        timeoutMs: 100,
        decode: (request) => {
          reading.resolve();
          return request.json();
        },
      }),
    );
    const socket = await open(port);
    const seen = untilSeen(socket, 'deadline_exceeded');
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{');
    await reading.promise;
    await clock.advance(100);
    expect(statusOf(await seen)).toBe(504);
    expect(clock.pending()).toBe(0);
  });

  it('leaves no timer behind after a call that met it', async () => {
    const { url, clock } = await serveClock({ timeoutMs: 100 });
    await ask(url);
    expect(clock.pending()).toBe(0);
  });
});
