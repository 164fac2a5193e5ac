import { connect as openSession } from 'node:http2';
import { connect as openSocket } from 'node:net';
import { background } from '@fairlead/endpoint';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService } from '../gen/add.ts';
import { connect, serve } from '../test/peers.ts';
import { emptySettings, serveBytes } from '../test/wire.ts';
import { createGrpcClient, createGrpcServer } from './index.ts';
import { keepaliveOptions } from './limits.ts';

const soon = { keepaliveIntervalMs: 20, keepaliveTimeoutMs: 20 };

describe('keepalive', () => {
  it('is on by default, as often from both ends', () => {
    expect(keepaliveOptions({})).toEqual({
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    });
  });

  it('is never due where the interval is Infinity', () => {
    expect(keepaliveOptions({ keepaliveIntervalMs: Infinity })).toMatchObject({
      'grpc.keepalive_time_ms': 2 ** 31 - 1,
    });
  });

  it.each(['keepaliveIntervalMs', 'keepaliveTimeoutMs'])('refuses a %s of 0', (name) => {
    const message = `${name} must be`;
    expect(() => createGrpcServer({ [name]: 0 })).toThrow(message);
    expect(() => createGrpcClient('127.0.0.1:9', { [name]: 0 })).toThrow(message);
  });

  it('fails the calls to a server that has fallen silent', async () => {
    const target = await serveBytes((socket) => socket.write(emptySettings));
    const call = connect(target, soon).endpoint(AddService.sum, { timeoutMs: 60_000 });
    await expect(call({ a: 1, b: 2 }, background)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('cuts off a client that has fallen silent', async () => {
    const [host = '', port] = (await serve({}, soon)).split(':');
    const socket = openSocket(Number(port), host).on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(emptySettings);
    await new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
  });

  it('keeps a client that answers', async () => {
    const session = openSession(`http://${await serve({}, soon)}`);
    onTestFinished(() => session.destroy());
    for (let pings = 0; pings < 3; pings++) {
      await new Promise<void>((resolve, reject) => {
        session.once('ping', () => resolve()).once('close', () => reject(new Error('cut off')));
      });
    }
    expect(session.destroyed).toBe(false);
  });
});
