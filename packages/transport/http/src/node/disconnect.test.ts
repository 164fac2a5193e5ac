import type { Socket } from 'node:net';
import { ServiceError } from '@fairlead/endpoint';
import type { Outcome } from '@fairlead/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { open, untilSeen } from '../../test/raw.ts';
import { type HttpHandlerOptions, httpHandler } from '../index.ts';

const whole = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** A call that waits in its endpoint for the test to let it go. */
async function serveWaiting(options: Partial<HttpHandlerOptions<unknown, unknown>> = {}) {
  const called = deferred();
  const aborted = deferred<ServiceError>();
  const answer = deferred<unknown>();
  const outcome = deferred<Outcome>();
  const errors: unknown[] = [];
  let written = 0;
  const handler = httpHandler(
    (_request, ctx) => {
      ctx.onAbort(aborted.resolve);
      called.resolve();
      return answer.promise;
    },
    {
      decode: (request) => request.json(),
      onError: (error) => errors.push(error),
      finalize: [
        (_ctx, { request }, ended) => {
          written = request.socket.bytesWritten;
          outcome.resolve(ended);
        },
      ],
      ...options,
    },
  );
  const { port } = await serve(handler);
  const socket = await open(port);
  return {
    socket,
    called: called.promise,
    aborted: aborted.promise,
    answer: answer.resolve,
    outcome: outcome.promise,
    errors,
    written: () => written,
  };
}

const departures: readonly [string, (socket: Socket) => unknown][] = [
  ['destroys its connection', (socket) => socket.destroy()],
  ['resets its connection', (socket) => socket.resetAndDestroy()],
  ['closes its half of the connection', (socket) => socket.end()],
];

describe.each(departures)('a client that %s', (_what, leave) => {
  it('ends the context of the running endpoint, and gets nothing any more', async () => {
    const { socket, called, aborted, answer, outcome, errors, written } = await serveWaiting();
    socket.write(whole);
    await called;
    leave(socket);
    expect(await aborted).toMatchObject({ code: 'canceled' });
    answer({ late: true });
    expect(await outcome).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(errors).toMatchObject([{ code: 'canceled' }]);
    expect(written()).toBe(0);
  });

  it('while it sends its body ends the call before the endpoint', async () => {
    const decoding = deferred();
    let calls = 0;
    const { socket, outcome, written } = await serveWaiting({
      decode: (request) => {
        decoding.resolve();
        return request.json();
      },
      after: [() => void calls++],
    });
    socket.write(whole.slice(0, -1));
    await decoding.promise;
    leave(socket);
    expect(await outcome).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(calls).toBe(0);
    // Node's own word about a request that ends in the middle is the only one.
    expect(written()).toBeLessThanOrEqual(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'.length,
    );
  });
});

describe('a client that leaves', () => {
  it('on a kept connection ends the call that runs, not the one that is over', async () => {
    const outcomes: Outcome[] = [];
    const second = deferred<ServiceError>();
    const called = deferred();
    let calls = 0;
    const { port } = await serve(
      httpHandler(
        async (_request, ctx) => {
          if (++calls === 1) return 'first';
          ctx.onAbort(second.resolve);
          called.resolve();
          await second.promise;
          return 'second';
        },
        {
          decode: () => undefined,
          finalize: [(_ctx, _call, outcome) => void outcomes.push(outcome)],
        },
      ),
    );
    const socket = await open(port);
    const first = untilSeen(socket, '"first"');
    socket.write(whole);
    await first;
    socket.write(whole);
    await called.promise;
    socket.destroy();
    await second.promise;
    expect(outcomes[0]).toMatchObject({ status: 200, error: undefined });
  });

  it('drops an endpoint that fails afterwards, without a word', async () => {
    const { socket, called, aborted, answer, outcome, errors } = await serveWaiting();
    socket.write(whole);
    await called;
    socket.destroy();
    await aborted;
    answer(Promise.reject(new Error('too late')));
    expect(await outcome).toMatchObject({ status: 499 });
    expect(errors).toHaveLength(1);
  });

  it('skips the hooks that follow', async () => {
    const afterwards: string[] = [];
    const { socket, called, aborted, answer, outcome } = await serveWaiting({
      after: [() => void afterwards.push('after')],
      encode: () => {
        afterwards.push('encode');
        return { status: 200, headers: {}, body: '' };
      },
      encodeError: () => {
        afterwards.push('encodeError');
        return { status: 500, headers: {}, body: '' };
      },
    });
    socket.write(whole);
    await called;
    socket.destroy();
    await aborted;
    answer(1);
    await outcome;
    expect(afterwards).toEqual([]);
  });

  it('aborts the signal of the context with the reason', async () => {
    const aborted = deferred<unknown>();
    const called = deferred();
    const { port } = await serve(
      httpHandler(
        (_request, { signal }) => {
          signal.addEventListener('abort', () => aborted.resolve(signal.reason));
          called.resolve();
          return aborted.promise;
        },
        { decode: () => undefined },
      ),
    );
    const socket = await open(port);
    socket.write(whole);
    await called.promise;
    socket.destroy();
    expect(await aborted.promise).toBeInstanceOf(ServiceError);
  });

  it('is listened for once, however many listen and leave', async () => {
    const counts: number[] = [];
    const done = deferred();
    let count = (): void => {};
    const { port } = await serve(
      httpHandler(
        async (_request, ctx) => {
          count();
          const unlinks = [ctx.onAbort(() => {}), ctx.onAbort(() => {})];
          count();
          for (const unlink of unlinks) unlink();
          count();
          for (let i = 0; i < 20; i++) ctx.onAbort(() => {})();
          ctx.onAbort(() => {});
          count();
        },
        {
          decode: () => undefined,
          before: [
            (_ctx, { response }) => {
              count = () => void counts.push(response.listenerCount('close'));
            },
          ],
          finalize: [() => done.resolve()],
        },
      ),
    );
    const socket = await open(port);
    const seen = untilSeen(socket, '204');
    socket.write(whole);
    await seen;
    await done.promise;
    const [idle = 0, ...later] = counts;
    // It stays, as to leave costs more than to listen, and goes with the response.
    expect(later).toEqual([idle + 1, idle + 1, idle + 1]);
  });
});
