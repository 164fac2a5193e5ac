import { getEventListeners } from 'node:events';
import { background, type Context, createContext, ServiceError } from '@fairlead/endpoint';
import { type FakeClock, fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { deferred } from '../test/deferred.ts';
import { type Scripted, scripted } from '../test/hosts.ts';
import { createJsonrpcClient, type JsonrpcClient } from './client.ts';
import type { JsonrpcBatchOptions } from './client-batch.ts';

interface Sent {
  readonly id?: number;
  readonly method: string;
}

/** A client that batches, a clock that it waits on, and a server that echoes the ids of what it got. */
async function batching(
  batch: JsonrpcBatchOptions = {},
  answer: (sent: readonly Sent[]) => unknown = answerAll,
): Promise<{ clock: FakeClock; server: Scripted; client: JsonrpcClient } & AsyncDisposable> {
  const clock = fakeClock();
  const server = await scripted((body) => {
    const sent: Sent | readonly Sent[] = JSON.parse(body);
    const answers = JSON.stringify(answer([sent].flat()));
    return Array.isArray(sent) ? answers : answers?.slice(1, -1);
  });
  const client = createJsonrpcClient(server.url, { batch, clock });
  const dispose = async (): Promise<void> => {
    await client.close();
    await server[Symbol.asyncDispose]();
    expect(clock.pending()).toBe(0);
  };
  return { clock, server, client, [Symbol.asyncDispose]: dispose };
}

const answerAll = (sent: readonly Sent[]): unknown =>
  sent.filter(({ id }) => id !== undefined).map(({ id }) => ({ jsonrpc: '2.0', result: id, id }));
const idsOf = (body: string | undefined): unknown => {
  const sent: unknown = JSON.parse(body ?? 'null');
  return Array.isArray(sent) ? sent.map(({ id }) => id) : Object(sent).id;
};
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => ServiceError.from(error).code,
  );

describe('calls of the same turn', () => {
  it('go out as one batch, and each gets its own answer', async () => {
    await using parts = await batching({}, (sent) => Object(answerAll(sent)).reverse());
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const calls = [call({}, background), call({}, background), call({}, background)];
    await parts.clock.advance(0);
    expect(await Promise.all(calls)).toEqual([0, 1, 2]);
    expect(parts.server.bodies.map(idsOf)).toEqual([[0, 1, 2]]);
  });

  it('is no batch where there is one', async () => {
    await using parts = await batching();
    const call = parts.client.endpoint<object, number>({ method: 'm' })({}, background);
    await parts.clock.advance(0);
    expect(await call).toBe(0);
    expect(parts.server.bodies.map(idsOf)).toEqual([0]);
  });

  it('go out at once when the batch is full, and wait for the delay otherwise', async () => {
    await using parts = await batching({ maxSize: 2, maxDelayMs: 10 });
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const full = Promise.all([call({}, background), call({}, background)]);
    const rest = call({}, background);
    expect(await full).toEqual([0, 1]);
    await parts.clock.advance(9);
    expect(parts.server.bodies).toHaveLength(1);
    await parts.clock.advance(1);
    expect(await rest).toBe(2);
  });

  it('are split where they would get too large together', async () => {
    await using parts = await batching({ maxBytes: 300 });
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const calls = Array.from({ length: 5 }, () => call({ text: 'é'.repeat(40) }, background));
    await parts.clock.advance(0);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4]);
    expect(parts.server.bodies.map(idsOf)).toEqual([[0, 1], [2, 3], 4]);
  });

  it('are apart where their headers differ', async () => {
    await using parts = await batching();
    const as = (user: string) =>
      parts.client.endpoint<object, number>({ method: 'm', headers: { 'x-user': user } });
    const [ada, bob] = [as('ada'), as('bob')];
    const calls = [ada({}, background), bob({}, background), ada({}, background)];
    await parts.clock.advance(0);
    await Promise.all(calls);
    expect(parts.server.bodies.map(idsOf).sort()).toEqual([1, [0, 2]].sort());
  });

  it('may have notifications among them', async () => {
    await using parts = await batching();
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const calls = [
      call({}, background),
      parts.client.notification({ method: 'n' })({}, background),
    ];
    await parts.clock.advance(0);
    expect(await Promise.all(calls)).toEqual([0, undefined]);
    expect(parts.server.bodies.map(idsOf)).toEqual([[0, undefined]]);
  });
});

describe('an answer that is missing', () => {
  it('fails its call alone', async () => {
    await using parts = await batching({}, (sent) => Object(answerAll(sent)).slice(1));
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const calls = [codeOf(call({}, background)), codeOf(call({}, background))];
    await parts.clock.advance(0);
    expect(await Promise.all(calls)).toEqual(['internal', 'ok']);
  });

  it('is the error for all, where a server takes no batches, as Go kit does', async () => {
    const error = { code: -32_700, message: 'JSON could not be decoded' };
    await using parts = await batching({}, () => ({ jsonrpc: '2.0', error, id: null }));
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const calls = [codeOf(call({}, background)), codeOf(call({}, background))];
    await parts.clock.advance(0);
    expect(await Promise.all(calls)).toEqual(['invalid_argument', 'invalid_argument']);
  });
});

describe('a call that ends early', () => {
  const cancelable = (): ReturnType<Context['withCancel']> => background.withCancel();

  it('is not sent when it ends before the batch goes out', async () => {
    await using parts = await batching();
    const call = parts.client.endpoint<object, number>({ method: 'm' });
    const ctx = cancelable();
    const calls = [codeOf(call({}, ctx)), codeOf(call({}, background))];
    // The calls have to reach the batch first: encode and hooks may be asynchronous.
    await new Promise((resolve) => setImmediate(resolve));
    ctx.cancel();
    expect(await calls[0]).toBe('canceled');
    await parts.clock.advance(0);
    expect(await calls[1]).toBe('ok');
    expect(parts.server.bodies.map(idsOf)).toEqual([1]);
  });

  it('leaves no batch behind when it was the only one', async () => {
    await using parts = await batching();
    const ctx = cancelable();
    const call = codeOf(parts.client.endpoint({ method: 'm' })({}, ctx));
    await new Promise((resolve) => setImmediate(resolve));
    ctx.cancel();
    expect(await call).toBe('canceled');
    // Nothing waits: the delay of the batch, and the time limit of the call, are gone.
    expect(parts.clock.pending()).toBe(0);
    await parts.clock.advance(0);
    expect(parts.server.bodies).toEqual([]);
  });

  it('does not end the batch on its way for the others', async () => {
    const arrived = deferred<() => void>();
    await using server = await scripted((body, response) => {
      arrived.resolve(() => response.end(JSON.stringify(answerAll(JSON.parse(body)))));
      return undefined;
    });
    const clock = fakeClock();
    await using client = createJsonrpcClient(server.url, { batch: {}, clock });
    const call = client.endpoint<object, number>({ method: 'm' });
    const ctx = cancelable();
    const calls = [codeOf(call({}, ctx)), codeOf(call({}, background))];
    await clock.advance(0);
    const answer = await arrived.promise;
    ctx.cancel();
    expect(await calls[0]).toBe('canceled');
    answer();
    expect(await calls[1]).toBe('ok');
  });

  it('ends the batch on its way when it was the last that waited', async () => {
    const [arrived, closed] = [deferred(), deferred()];
    await using server = await scripted((_body, response) => {
      response.once('close', () => closed.resolve());
      arrived.resolve();
      return undefined;
    });
    const clock = fakeClock();
    await using client = createJsonrpcClient(server.url, { batch: {}, clock });
    const call = client.endpoint<object, number>({ method: 'm' });
    const contexts = [cancelable(), cancelable()];
    const calls = contexts.map((ctx) => codeOf(call({}, ctx)));
    await clock.advance(0);
    await arrived.promise;
    for (const ctx of contexts) ctx.cancel();
    expect(await Promise.all(calls)).toEqual(['canceled', 'canceled']);
    await closed.promise;
  });

  it('ends at its own deadline, and the latest one goes out', async () => {
    const seen: unknown[] = [];
    const arrived = deferred();
    const clock = fakeClock();
    await using server = await scripted((_body, _response, { headers }) => {
      seen.push(headers['connect-timeout-ms']);
      arrived.resolve();
      return undefined;
    });
    await using client = createJsonrpcClient(server.url, { batch: {}, clock });
    const call = client.endpoint<object, number>({ method: 'm' });
    const within = (timeoutMs: number) => codeOf(call({}, createContext({ clock, timeoutMs })));
    const calls = [within(20), within(70)];
    await clock.advance(0);
    await arrived.promise;
    expect(seen).toEqual(['70']);
    await clock.advance(20);
    expect(await calls[0]).toBe('deadline_exceeded');
    await clock.advance(50);
    expect(await calls[1]).toBe('deadline_exceeded');
    expect(clock.pending()).toBe(0);
  });
});

it('leaves nothing on a context that lives longer than its calls', async () => {
  await using parts = await batching();
  const alone = createJsonrpcClient(parts.server.url, { clock: parts.clock });
  const { signal } = new AbortController();
  using ctx = createContext({ signal, clock: parts.clock });
  for (const client of [parts.client, alone]) {
    const call = client.endpoint<object, number>({ method: 'm' });
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 50 }, () => call({}, ctx));
      await parts.clock.advance(0);
      await Promise.all(calls);
    }
  }
  await alone.close();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(parts.clock.pending()).toBe(0);
});

it('sends what still waits when it is closed', async () => {
  await using parts = await batching({ maxDelayMs: 1000 });
  const call = parts.client.endpoint<object, number>({ method: 'm' })({}, background);
  await new Promise((resolve) => setImmediate(resolve));
  await parts.client.close();
  expect(await call).toBe(0);
});

it.each([{ maxSize: 0 }, { maxDelayMs: -1 }, { maxBytes: Number.NaN }])('refuses %j', (batch) => {
  expect(() => createJsonrpcClient('http://localhost', { batch })).toThrow(/^batch\.max/);
});
