import { connect as openSession } from 'node:http2';
import { createServer } from 'node:net';
import { background, createContext, type ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AddService, type SumReply, type SumRequest } from '../gen/add.ts';
import { event } from '../test/event.ts';
import { callPlain, connect, serve } from '../test/peers.ts';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions, grpcHandler } from './index.ts';

const sum = async ({ a, b }: SumRequest): Promise<SumReply> => ({ v: a + b });
const one = { a: 1, b: 2 };
const others = {
  concat: grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b })),
  count: () => {},
};

/** A server whose `sum` waits until the test answers. */
async function holding(options?: GrpcServerOptions) {
  const { happened: started, happen: start } = event();
  const { happened: answered, happen: answer } = event<SumReply>();
  const { happened: ended, happen: end } = event<ServiceError>();
  const server = createGrpcServer(options);
  const handler = grpcHandler(AddService.sum, (_request: SumRequest, ctx) => {
    ctx.onAbort(end);
    start();
    return answered;
  });
  server.add(AddService, { sum: handler, ...others });
  const { host, port } = await server.listen();
  const target = `${host}:${port}`;
  const call = connect(target).endpoint(AddService.sum);
  return { server, target, call, started, answer, ended };
}

describe('createGrpcServer', () => {
  it('listens on a free port of loopback by default', async () => {
    await using server = createGrpcServer();
    server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    const { host, port } = await server.listen();
    expect(host).toBe('127.0.0.1');
    expect((await callPlain(`127.0.0.1:${port}`)).reply).toEqual({ v: 3 });
  });

  it('does no I/O before it listens', () => {
    const before = process.getActiveResourcesInfo();
    const server = createGrpcServer();
    server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    expect(process.getActiveResourcesInfo()).toEqual(before);
  });

  it('takes services while it listens', async () => {
    await using server = createGrpcServer();
    const { port } = await server.listen();
    server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    expect((await callPlain(`127.0.0.1:${port}`)).reply).toEqual({ v: 3 });
  });

  it('listens on IPv6 as well', async () => {
    await using server = createGrpcServer();
    server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    const address = await server.listen({ host: '::1' }).catch((error: Error) => {
      if (/EADDRNOTAVAIL|EAFNOSUPPORT/.test(error.message)) return undefined;
      throw error;
    });
    if (address === undefined) return; // This machine has no IPv6.
    expect((await callPlain(`[::1]:${address.port}`)).reply).toEqual({ v: 3 });
    await server.close({ graceMs: 0 });
  });

  it('says what to do when the port is in use, and can listen elsewhere then', async () => {
    // What grpc-js itself says of it goes to the console.
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => stderr.mockRestore());
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    await using server = createGrpcServer();
    await expect(server.listen({ port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: something listens there already; stop it, or take port 0 for a free one`,
    );
    expect((await server.listen()).port).not.toBe(port);
  });

  it('listens once', async () => {
    await using server = createGrpcServer();
    await server.listen();
    await expect(server.listen()).rejects.toThrow(
      'the gRPC server listens already: make another one for another port',
    );
  });

  it('refuses a method that it has already', () => {
    const server = createGrpcServer();
    const handlers = { sum: grpcHandler(AddService.sum, sum), ...others };
    server.add(AddService, handlers);
    expect(() => server.add(AddService, handlers)).toThrow('/pb.Add/Sum already provided');
  });

  it('is of no use once it is closed', async () => {
    const server = createGrpcServer();
    await server.close();
    await expect(server.listen()).rejects.toThrow('the gRPC server is closed: make a new one');
    const add = () => server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    expect(add).toThrow('the gRPC server is closed: make a new one');
  });

  it.each([
    ['maxSendBytes', { maxSendBytes: -1 }],
    ['maxReceiveBytes', { maxReceiveBytes: Number.NaN }],
    ['maxMetadataBytes', { maxMetadataBytes: -1 }],
    ['maxConcurrentCalls', { maxConcurrentCalls: 0 }],
    ['maxConnectionIdleMs', { maxConnectionIdleMs: 0.5 }],
    ['maxConnectionAgeMs', { maxConnectionAgeMs: 0 }],
  ])('names the option %s when it is wrong', (name, options) => {
    expect(() => createGrpcServer(options)).toThrow(`${name} must be`);
  });

  it('names a port that is none', async () => {
    await using server = createGrpcServer();
    await expect(server.listen({ port: 70_000 })).rejects.toThrow('port must be a whole number');
  });

  it('refuses a request that is too large', async () => {
    const target = await serve({ sum: grpcHandler(AddService.sum, sum) }, { maxReceiveBytes: 3 });
    expect((await callPlain(target, one)).error?.code).toBe(8);
    expect((await callPlain(target, { a: 1, b: 0 })).reply).toEqual({ v: 1 });
  });

  it('lets the options of the channel win', async () => {
    const channelOptions = { 'grpc.max_send_message_length': 1 };
    const target = await serve({ sum: grpcHandler(AddService.sum, sum) }, { channelOptions });
    expect((await callPlain(target, one)).error?.code).toBe(8);
  });

  it('holds back calls beyond maxConcurrentCalls', async () => {
    const { server, call, started, answer } = await holding({ maxConcurrentCalls: 1 });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const first = call(one, background);
    await started;
    const second = call({ a: 3, b: 4 }, background);
    answer({ v: 7 });
    expect(await Promise.all([first, second])).toEqual([{ v: 7 }, { v: 7 }]);
  });

  it('closes a connection on which nothing happens', async () => {
    const target = await serve(
      { sum: grpcHandler(AddService.sum, sum) },
      { maxConnectionIdleMs: 20 },
    );
    const session = openSession(`http://${target}`);
    await new Promise((resolve) => session.once('close', resolve));
  });
});

describe('a connection that is old', () => {
  it('is left by its client, and its calls go on to their end', async () => {
    const { server, target, call, started, answer } = await holding({ maxConnectionAgeMs: 100 });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const reply = call(one, background);
    await started;
    const session = openSession(`http://${target}`);
    await new Promise((resolve) => session.once('goaway', resolve));
    answer({ v: 3 });
    expect(await reply).toEqual({ v: 3 });
  });
});

describe('close', () => {
  let leftover: GrpcServer | undefined;
  afterEach(() => leftover?.close({ graceMs: 0 }));

  it('waits for the calls in flight, and refuses new ones', async () => {
    const { server, target, call, started, answer } = await holding();
    leftover = server;
    const reply = call(one, background);
    await started;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    expect((await callPlain(target)).error?.code).toBe(14);
    expect(closed).toBe(false);
    answer({ v: 3 });
    expect(await reply).toEqual({ v: 3 });
    await closing;
  });

  const gone = { code: expect.stringMatching(/^(unavailable|canceled)$/) };

  it('ends the calls that remain after graceMs', async () => {
    const clock = fakeClock();
    const { server, call, started, ended } = await holding({ clock });
    const reply = call(one, background).catch((error: unknown) => error);
    await started;
    const closing = server.close({ graceMs: 500 });
    await clock.advance(499);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    await closing;
    expect(await reply).toMatchObject(gone);
    expect(await ended).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  it('does so sooner when it is called again with less', async () => {
    const clock = fakeClock();
    const { server, call, started, ended } = await holding({ clock });
    const reply = call(one, background).catch((error: unknown) => error);
    await started;
    const closing = server.close({ graceMs: Infinity });
    await clock.advance(60_000);
    const again = server.close({ graceMs: 100 });
    await clock.advance(100);
    await Promise.all([closing, again]);
    expect(await reply).toMatchObject(gone);
    expect(await ended).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  it('does so with channelz off', async () => {
    const channelOptions = { 'grpc.enable_channelz': 0 };
    const { server, call, started, ended } = await holding({ channelOptions });
    const reply = call(one, background).catch((error: unknown) => error);
    await started;
    await server.close({ graceMs: 20 });
    expect(await reply).toMatchObject(gone);
    expect(await ended).toMatchObject({ code: 'canceled' });
  });

  it('leaves no timer behind when the calls end in time', async () => {
    const clock = fakeClock();
    const { server, call, started, answer } = await holding({ clock });
    const reply = call(one, background);
    await started;
    const closing = server.close();
    answer({ v: 3 });
    await reply;
    await closing;
    expect(clock.pending()).toBe(0);
  });

  it('does not wait for clients that are idle', async () => {
    const server = createGrpcServer();
    server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
    const { port } = await server.listen();
    await connect(`127.0.0.1:${port}`).endpoint(AddService.sum)(one, background);
    await server.close({ graceMs: Infinity });
  });

  it('may be called twice, before listening, and while the port is being opened', async () => {
    const idle = createGrpcServer();
    await Promise.all([idle.close(), idle.close(), idle[Symbol.asyncDispose]()]);
    const opening = createGrpcServer();
    const listening = opening.listen();
    await opening.close();
    const { port } = await listening;
    expect((await callPlain(`127.0.0.1:${port}`)).error?.code).toBe(14);
  });

  it('ends the context of a call with a deadline too', async () => {
    const { server, call, started, ended } = await holding();
    const ctx = createContext({ timeoutMs: 60_000 });
    const reply = call(one, ctx).catch((error: unknown) => error);
    await started;
    await server.close({ graceMs: 0 });
    expect(await reply).toMatchObject(gone);
    expect(await ended).toMatchObject({ code: 'canceled' });
    ctx[Symbol.dispose]();
  });

  it('names a graceMs that is none', () => {
    expect(() => createGrpcServer().close({ graceMs: -1 })).toThrow('graceMs must be a number');
  });
});
