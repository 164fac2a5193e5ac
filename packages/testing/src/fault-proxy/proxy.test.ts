import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { createFaultProxy, type FaultProxyOptions } from './proxy.ts';

vi.setConfig({ testTimeout: 30_000 });

/** A server behind a proxy, and one connection through it: both of its ends. */
async function setUp(options: Omit<FaultProxyOptions, 'target'> = {}) {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const bound = listener.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const proxy = createFaultProxy({ target: `127.0.0.1:${port}`, ...options });
  await proxy.listen();
  const open = async () => {
    const accepted = once(listener, 'connection');
    const [host, to] = proxy.address.split(':');
    const client = connect({ host: String(host), port: Number(to), allowHalfOpen: true });
    const [server]: Socket[] = await accepted;
    if (server === undefined) throw new Error('no connection');
    return { client: recorded(client), server: recorded(server) };
  };
  return {
    proxy,
    open,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      listener.close();
    },
  };
}

/** A socket that keeps what it has read. */
function recorded(socket: Socket) {
  const pieces: string[] = [];
  let error: string | undefined;
  socket.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  socket.on('error', (thrown: NodeJS.ErrnoException) => {
    error = thrown.code;
  });
  return {
    socket,
    pieces,
    text: () => pieces.join(''),
    error: () => error,
  };
}

describe('createFaultProxy', () => {
  it('carries bytes both ways, and each end by itself', async () => {
    await using fixture = await setUp();
    const { client, server } = await fixture.open();
    client.socket.end('ping');
    await once(server.socket, 'end');
    expect(server.text()).toBe('ping');
    server.socket.end('pong');
    await once(client.socket, 'close');
    expect(client.text()).toBe('pong');
    await expect.poll(() => fixture.proxy.connections).toBe(0);
  });

  it('carries more than it may hold to a reader that is slow', async () => {
    await using fixture = await setUp();
    const { client, server } = await fixture.open();
    server.socket.pause();
    const big = 'x'.repeat(16 << 20);
    client.socket.end(big);
    await expect.poll(() => fixture.proxy.heldBytes).toBeGreaterThan(1 << 20);
    expect(fixture.proxy.heldBytes).toBeLessThan(2 << 20);
    server.socket.resume();
    await once(server.socket, 'end');
    expect(server.text().length).toBe(big.length);
  });

  it('delays by the latency, and by jitter in the order of the bytes', async () => {
    const clock = fakeClock();
    await using fixture = await setUp({ clock, random: seededRandom(1) });
    const { client, server } = await fixture.open();
    fixture.proxy.spoil({ toServer: { latencyMs: 100, jitterMs: 50 } });
    for (let i = 1; i <= 5; i++) {
      client.socket.write(String(i));
      await expect.poll(() => fixture.proxy.heldBytes).toBe(i);
    }
    await clock.advance(49);
    expect(fixture.proxy.heldBytes).toBe(5);
    await clock.advance(101);
    await expect.poll(server.text).toBe('12345');
    expect(clock.pending()).toBe(0);
  });

  it('lets so many bytes through a second', async () => {
    const clock = fakeClock();
    await using fixture = await setUp({ clock });
    const { client, server } = await fixture.open();
    fixture.proxy.spoil({ toServer: { bytesPerSecond: 10, sliceBytes: 5 } });
    client.socket.write('a'.repeat(20));
    await expect.poll(() => fixture.proxy.heldBytes).toBe(20);
    await clock.advance(1000);
    await expect.poll(server.text).toBe('a'.repeat(10));
    await clock.advance(1000);
    await expect.poll(server.text).toBe('a'.repeat(20));
  });

  it('slices', async () => {
    const clock = fakeClock();
    await using fixture = await setUp({ clock });
    const { client, server } = await fixture.open();
    fixture.proxy.spoil({ toClient: { sliceBytes: 2, sliceDelayMs: 10 } });
    server.socket.write('abcde');
    await expect.poll(client.text).toBe('ab');
    await clock.advance(10);
    await expect.poll(client.text).toBe('abcd');
    await clock.advance(10);
    await expect.poll(client.text).toBe('abcde');
    expect(client.pieces).toEqual(['ab', 'cd', 'e']);
  });

  it('swallows everything in a blackhole, the end too, and hands it out when healed', async () => {
    await using fixture = await setUp();
    const { client, server } = await fixture.open();
    fixture.proxy.spoil({ toServer: { blackhole: true } });
    client.socket.end('lost?');
    await expect.poll(() => fixture.proxy.heldBytes).toBe(5);
    server.socket.write('hello');
    await expect.poll(client.text).toBe('hello');
    expect(server.text()).toBe('');
    fixture.proxy.heal();
    await once(server.socket, 'end');
    expect(server.text()).toBe('lost?');
  });

  it('closes the connection after so many bytes', async () => {
    await using fixture = await setUp();
    fixture.proxy.spoil({ toClient: { limitBytes: 3 } });
    const { client, server } = await fixture.open();
    server.socket.write('abcdef');
    await once(client.socket, 'end');
    expect(client.text()).toBe('abc');
    await expect.poll(() => fixture.proxy.connections).toBe(0);
  });

  it('resets both sides', async () => {
    await using fixture = await setUp();
    const { client, server } = await fixture.open();
    fixture.proxy.reset();
    await expect.poll(() => [client.error(), server.error()]).toEqual(['ECONNRESET', 'ECONNRESET']);
    await fixture.open();
    expect(fixture.proxy.accepted).toBe(2);
  });

  it('passes a reset on', async () => {
    await using fixture = await setUp();
    const { client, server } = await fixture.open();
    server.socket.resetAndDestroy();
    await expect.poll(client.error).toBe('ECONNRESET');
    await expect.poll(() => fixture.proxy.connections).toBe(0);
  });

  it('refuses while it is down, and comes back on its port', async () => {
    await using fixture = await setUp();
    const { proxy, open } = fixture;
    const { client } = await open();
    const { address } = proxy;
    await proxy.down();
    await expect.poll(client.error).toBe('ECONNRESET');
    const [host, port] = address.split(':');
    const refused = recorded(connect({ host: String(host), port: Number(port) }));
    await expect.poll(refused.error).toBe('ECONNREFUSED');
    await proxy.up();
    expect(proxy.address).toBe(address);
    await open();
  });

  it('resets a client whose server is not there', async () => {
    await using proxy = createFaultProxy({ target: '127.0.0.1:1' });
    await proxy.listen();
    const client = recorded(
      connect({ host: '127.0.0.1', port: Number(proxy.address.split(':')[1]) }),
    );
    await expect.poll(client.error).toBe('ECONNRESET');
  });

  it('leaves no timer and no connection when it is closed', async () => {
    const clock = fakeClock();
    await using fixture = await setUp({ clock });
    const { client } = await fixture.open();
    fixture.proxy.spoil({ toServer: { latencyMs: 1000 } });
    client.socket.write('late');
    await expect.poll(() => clock.pending()).toBe(1);
    await fixture.proxy.close();
    await expect.poll(() => fixture.proxy.connections).toBe(0);
    expect(clock.pending()).toBe(0);
    await fixture.proxy.close();
  });

  it('refuses what makes no sense', async () => {
    expect(() => createFaultProxy({ target: 'localhost' })).toThrow(/host:port/);
    const proxy = createFaultProxy({ target: '127.0.0.1:1' });
    expect(() => proxy.address).toThrow(/listen/);
    expect(() => proxy.spoil({ toServer: { bytesPerSecond: 0 } })).toThrow(/bytesPerSecond/);
  });
});
