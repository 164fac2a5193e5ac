import { createServer } from 'node:net';
import { background, createContext, deadlineExceeded } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { holding } from '../../test/holding.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../index.ts';

/** A client of a server that takes connections and never makes one of TLS out of them. */
async function stuckClient(
  options?: HttpClientOptions,
): Promise<{ client: HttpClient; connected: Promise<void> }> {
  const connected = deferred();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    connected.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    client: createHttpClient(`https://127.0.0.1:${port}`, options),
    connected: connected.promise,
  };
}

describe('a call that is canceled', () => {
  it('closes its request on the server, and fails at once', async () => {
    const { client, came, closed } = await holding();
    const ctx = background.withCancel();
    const failed = expect(client.endpoint({ path: '/' })({}, ctx)).rejects.toMatchObject({
      code: 'canceled',
    });
    await came(1);
    ctx.cancel();
    await failed;
    expect(await closed[0]).toBe(false);
  });

  it('in the middle of the reply closes it as well', async () => {
    const { client, came, held, closed } = await holding();
    const ctx = background.withCancel();
    const failed = expect(client.endpoint({ path: '/' })({}, ctx)).rejects.toMatchObject({
      code: 'canceled',
    });
    await came(1);
    held[0]?.writeHead(200, { 'content-length': '100' });
    await new Promise<void>((resolve) => held[0]?.write('half', () => resolve()));
    ctx.cancel();
    await failed;
    expect(await closed[0]).toBe(false);
  });

  it('before it was made sends nothing', async () => {
    const { client, held, came } = await holding();
    const call = client.endpoint({ path: '/' });
    const ctx = background.withCancel();
    ctx.cancel();
    await expect(call({}, ctx)).rejects.toMatchObject({ code: 'canceled' });
    using late = createContext({ signal: AbortSignal.abort() });
    await expect(call({}, late)).rejects.toMatchObject({ code: 'canceled' });
    using expired = background.withTimeout(0);
    await expect(call({}, expired)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    const next = call({}, background);
    await came(1);
    held[0]?.end('{}');
    await next;
    expect(held).toHaveLength(1);
  });

  it('by a before hook sends nothing', async () => {
    const { client, held } = await holding();
    const ctx = background.withCancel();
    const call = client.endpoint({ path: '/', before: [() => ctx.cancel()] });
    await expect(call({}, ctx)).rejects.toMatchObject({ code: 'canceled' });
    expect(held).toHaveLength(0);
  });

  it('while it waits for a free connection fails at once and is never sent', async () => {
    const { client, held, came } = await holding({ connections: 1 });
    const call = client.endpoint<object, unknown>({ path: '/' });
    const first = call({}, background);
    await came(1);
    const ctx = background.withCancel();
    const second = expect(call({}, ctx)).rejects.toMatchObject({ code: 'canceled' });
    const third = call({}, background);
    ctx.cancel();
    await second;
    held[0]?.end('1');
    expect(await first).toBe(1);
    await came(2);
    held[1]?.end('3');
    expect(await third).toBe(3);
    expect(held).toHaveLength(2);
  });

  it('while its connection is being made fails at once, and does not hold up the close', async () => {
    const { client, connected } = await stuckClient();
    const ctx = background.withCancel();
    const failed = expect(client.endpoint({ path: '/' })({}, ctx)).rejects.toMatchObject({
      code: 'canceled',
    });
    await connected;
    ctx.cancel();
    await failed;
    await client.close();
  });

  it('has the reason that its caller gave', async () => {
    const { client, came } = await holding();
    const controller = new AbortController();
    using ctx = createContext({ signal: controller.signal });
    const failed = expect(client.endpoint({ path: '/' })({}, ctx)).rejects.toMatchObject({
      code: 'canceled',
      cause: 'the user left',
    });
    await came(1);
    controller.abort('the user left');
    await failed;
  });

  it('after its reply has come stays a success, and its connection is kept', async () => {
    const { client, server, held, came } = await holding();
    let connections = 0;
    server.on('connection', () => connections++);
    const call = client.endpoint({ path: '/' });
    const ctx = background.withCancel();
    const first = call({}, ctx);
    await came(1);
    held[0]?.end('1');
    expect(await first).toBe(1);
    ctx.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    const second = call({}, background);
    await came(2);
    held[1]?.end('2');
    expect(await second).toBe(2);
    expect(connections).toBe(1);
  });

  it('leaves no listener on a signal that lives longer', async () => {
    const { client, held, came } = await holding();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    using ctx = createContext({ signal });
    const call = client.endpoint({ path: '/' })({}, ctx);
    await came(1);
    expect(listeners).toBe(1);
    held[0]?.end('1');
    await call;
    expect(listeners).toBe(0);
  });
});

describe('a call that takes too long', () => {
  it('ends at its own limit, and its request is closed', async () => {
    const clock = fakeClock();
    const { client, came, closed } = await holding();
    using root = createContext({ clock });
    const call = client.endpoint({ path: '/', timeoutMs: 250 })({}, root);
    const failed = expect(call).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await came(1);
    await clock.advance(249);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    await failed;
    expect(await closed[0]).toBe(false);
    expect(clock.pending()).toBe(0);
  });

  it('ends after ten seconds where nobody said', async () => {
    const clock = fakeClock();
    const { client, came } = await holding();
    using root = createContext({ clock });
    const failed = expect(client.endpoint({ path: '/' })({}, root)).rejects.toEqual(
      deadlineExceeded(),
    );
    await came(1);
    await clock.advance(10_000);
    await failed;
  });

  it('ends at the deadline of its caller where that is sooner', async () => {
    const clock = fakeClock();
    const { client, came } = await holding();
    using root = createContext({ clock, timeoutMs: 100 });
    const failed = expect(client.endpoint({ path: '/' })({}, root)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await came(1);
    await clock.advance(100);
    await failed;
  });

  it('ends while its connection is being made', async () => {
    const clock = fakeClock();
    const { client, connected } = await stuckClient();
    using root = createContext({ clock });
    const failed = expect(client.endpoint({ path: '/' })({}, root)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await connected;
    await clock.advance(10_000);
    await failed;
    await client.close();
  });

  it('is unavailable where the connection itself takes too long', async () => {
    const { client } = await stuckClient({ connectTimeoutMs: 1 });
    await expect(client.endpoint({ path: '/' })({}, background)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
    await client.close();
  });

  it('leaves no timer behind when it does not', async () => {
    const clock = fakeClock();
    const { client, held, came } = await holding();
    using root = createContext({ clock });
    const call = client.endpoint({ path: '/' })({}, root);
    await came(1);
    held[0]?.end('1');
    await call;
    expect(clock.pending()).toBe(0);
  });
});
