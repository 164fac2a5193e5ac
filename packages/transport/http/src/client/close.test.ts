import { background, createContext } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { holding } from '../../test/holding.ts';

describe('the close of an HttpClient', () => {
  it('waits for the calls in flight, and then lets go of every connection', async () => {
    const { client, server, held, came } = await holding();
    const sockets: Promise<unknown>[] = [];
    server.on('connection', (socket) =>
      sockets.push(new Promise((resolve) => socket.once('close', resolve))),
    );
    const call = client.endpoint<object, unknown>({ path: '/' });
    const calls = [call({}, background), call({}, background)];
    await came(2);
    let open = true;
    const closed = client.close().then(() => {
      open = false;
    });
    await expect(call({}, background)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the client is closed',
    });
    held[0]?.end('1');
    expect(await calls[0]).toBe(1);
    expect(open).toBe(true);
    held[1]?.end('2');
    expect(await calls[1]).toBe(2);
    await closed;
    await Promise.all(sockets);
    expect(held).toHaveLength(2);
  });

  it('waits for a call that still waits for a free connection', async () => {
    const { client, held, came } = await holding({ connections: 1 });
    const call = client.endpoint<object, unknown>({ path: '/' });
    const calls = [call({}, background), call({}, background)];
    await came(1);
    const closed = client.close();
    held[0]?.end('1');
    await came(2);
    held[1]?.end('2');
    expect(await Promise.all(calls)).toEqual([1, 2]);
    await closed;
  });

  it('does not wait for a first call whose context ended before it had a connection', async () => {
    const { client, held } = await holding();
    using ctx = createContext();
    const called = client.endpoint({ path: '/' })({}, ctx);
    const closed = client.close();
    ctx.cancel('changed my mind');
    await expect(called).rejects.toMatchObject({ code: 'canceled' });
    await closed;
    expect(held).toHaveLength(0);
  });

  it('does nothing more the second time', async () => {
    const { client } = await holding();
    const first = client.close();
    expect(client.close()).toBe(first);
    await Promise.all([first, client[Symbol.asyncDispose]()]);
    await expect(client.endpoint({ path: '/' })({}, background)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
