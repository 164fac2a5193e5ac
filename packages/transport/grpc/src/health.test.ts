import { connect as openSession } from 'node:http2';
import { background } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService, type SumReply, type SumRequest } from '../gen/add.ts';
import { event, nextTurn } from '../test/event.ts';
import { healthClient } from '../test/health-client.ts';
import { connect } from '../test/peers.ts';
import { framed, statusOfBytes } from '../test/wire.ts';
import { createGrpcServer, type GrpcServerOptions, grpcHandler } from './index.ts';

const others = {
  concat: grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b })),
  count: () => {},
};

/** A server with the service of the fixture, and a client that asks for its health. */
async function serve(
  options?: GrpcServerOptions,
  sum = async ({ a, b }: SumRequest): Promise<SumReply> => ({ v: a + b }),
) {
  const server = createGrpcServer(options);
  onTestFinished(() => server.close({ graceMs: 0 }));
  server.add(AddService, { sum: grpcHandler(AddService.sum, sum), ...others });
  const { host, port } = await server.listen();
  const target = `${host}:${port}`;
  return { server, target, client: healthClient(target) };
}

describe('the health service', () => {
  it('says that the server and every service of it serve', async () => {
    const { client } = await serve();
    expect(await client.check('')).toBe('SERVING');
    expect(await client.check('pb.Add')).toBe('SERVING');
  });

  it('says what was set, for services that are made up too', async () => {
    const { server, client } = await serve();
    server.health.set('pb.Add', 'not_serving');
    server.health.set('database', 'not_serving');
    expect(await client.check('pb.Add')).toBe('NOT_SERVING');
    expect(await client.check('database')).toBe('NOT_SERVING');
    expect(await client.check('')).toBe('SERVING');
    server.health.set('pb.Add', 'serving');
    expect(await client.check('pb.Add')).toBe('SERVING');
  });

  it('keeps what was set before the service was added', async () => {
    await using server = createGrpcServer();
    server.health.set('pb.Add', 'not_serving');
    server.add(AddService, { sum: grpcHandler(AddService.sum, async () => ({ v: 0 })), ...others });
    const { port } = await server.listen();
    expect(await healthClient(`127.0.0.1:${port}`).check('pb.Add')).toBe('NOT_SERVING');
  });

  it('answers NOT_FOUND for a service that it does not know', async () => {
    const { client } = await serve();
    expect(await client.check('pb.Other')).toMatchObject({ code: 5 });
  });

  it('lists what it knows', async () => {
    const { server, client } = await serve();
    server.health.set('database', 'not_serving');
    expect(await client.list()).toEqual({
      '': { status: 'SERVING' },
      'pb.Add': { status: 'SERVING' },
      database: { status: 'NOT_SERVING' },
    });
  });

  it('tells those who watch at once, and then of every change', async () => {
    const { server, client } = await serve();
    const watch = client.watch('pb.Add');
    expect(await watch.next()).toBe('SERVING');
    server.health.set('pb.Add', 'serving');
    server.health.set('', 'not_serving');
    server.health.set('pb.Add', 'not_serving');
    expect(await watch.next()).toBe('NOT_SERVING');
    server.health.set('pb.Add', 'not_serving');
    server.health.set('pb.Add', 'serving');
    expect(await watch.next()).toBe('SERVING');
  });

  it('tells one who is slow only what is true now', async () => {
    const { server, client } = await serve();
    const watch = client.watch('pb.Add');
    expect(await watch.next()).toBe('SERVING');
    for (let flip = 0; flip < 100; flip++) {
      server.health.set('pb.Add', 'not_serving');
      server.health.set('pb.Add', 'serving');
    }
    server.health.set('pb.Add', 'not_serving');
    let last = await watch.next();
    let messages = 1;
    while (last !== 'NOT_SERVING') {
      last = await watch.next();
      messages++;
    }
    expect(messages).toBeLessThan(5);
  });

  it('lets one watch a service that is not there yet', async () => {
    const { server, client } = await serve();
    const watch = client.watch('pb.Later');
    expect(await watch.next()).toBe('SERVICE_UNKNOWN');
    server.health.set('pb.Later', 'serving');
    expect(await watch.next()).toBe('SERVING');
  });

  it('goes on when one who watches leaves', async () => {
    const { server, client } = await serve();
    const [leaving, staying] = [client.watch(''), client.watch('')];
    expect([await leaving.next(), await staying.next()]).toEqual(['SERVING', 'SERVING']);
    leaving.cancel();
    expect(await leaving.next()).toMatchObject({ code: 1 });
    server.health.set('', 'not_serving');
    expect(await staying.next()).toBe('NOT_SERVING');
  });

  it('keeps no long name for those who watch', async () => {
    const { client } = await serve();
    expect(await client.watch('a'.repeat(1025)).next()).toMatchObject({ code: 5 });
    expect(await client.watch('a'.repeat(1024)).next()).toBe('SERVICE_UNKNOWN');
  });

  it.each(['Check', 'Watch'])('refuses a %s that cannot be read', async (method) => {
    const { target } = await serve();
    const body = framed(Buffer.from([0x0a, 0x7f]));
    expect(await statusOfBytes(target, `/grpc.health.v1.Health/${method}`, body)).toBe(13);
  });

  it('can be left out', async () => {
    const { server, client } = await serve({ healthService: false });
    server.health.set('', 'not_serving');
    expect(await client.check('')).toMatchObject({ code: 12 });
  });

  it('refuses a status that it does not know', () => {
    const { health } = createGrpcServer();
    expect(() => health.set('', 'SERVING' as 'serving')).toThrow(
      "a health status must be 'serving' or 'not_serving', but is SERVING",
    );
  });
});

describe('the health of a server that closes', () => {
  it('is told to those who watch, who are sent away then', async () => {
    const { server, client } = await serve();
    const watches = ['', 'pb.Add'].map((service) => client.watch(service));
    for (const watch of watches) expect(await watch.next()).toBe('SERVING');
    const unknown = client.watch('pb.Later');
    expect(await unknown.next()).toBe('SERVICE_UNKNOWN');
    await server.close({ graceMs: Infinity });
    for (const watch of watches) {
      expect(await watch.next()).toBe('NOT_SERVING');
      expect(await watch.next()).toMatchObject({ code: 14 });
    }
    expect(await unknown.next()).toMatchObject({ code: 14 });
  });

  it('is told before the connection is', async () => {
    const { server, target } = await serve();
    const log: string[] = [];
    const { happened: watching, happen: watched } = event();
    const { happened: ended, happen: end } = event();
    const session = openSession(`http://${target}`);
    session.on('goaway', () => log.push('GOAWAY')).on('close', end);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('data', (bytes: Buffer) => {
      log.push(bytes.toString('hex'));
      watched();
    });
    stream.on('trailers', (trailers) => log.push(`status ${trailers['grpc-status']}`));
    stream.end(framed(Buffer.alloc(0)));
    await watching;
    await server.close();
    await ended;
    expect(log).toContain('status 14');
    const told = log.filter((news) => news !== 'status 14');
    expect(told.slice(0, 3)).toEqual(['00000000020801', '00000000020802', 'GOAWAY']);
  });

  it('is not_serving while the calls in flight end, whatever is set then', async () => {
    const { happened: started, happen: start } = event();
    const { happened: answered, happen: answer } = event<SumReply>();
    const { server, target, client } = await serve({}, () => {
      start();
      return answered;
    });
    const reply = connect(target).endpoint(AddService.sum)({ a: 1, b: 2 }, background);
    const watch = client.watch('');
    expect(await watch.next()).toBe('SERVING');
    await started;
    const closing = server.close({ graceMs: Infinity });
    server.health.set('', 'serving');
    expect(await watch.next()).toBe('NOT_SERVING');
    expect(await watch.next()).toMatchObject({ code: 14 });
    answer({ v: 3 });
    expect(await reply).toEqual({ v: 3 });
    await closing;
  });

  it('does not wait more than a second for one who watches and does not read', async () => {
    const clock = fakeClock();
    const { server, target } = await serve({ clock });
    const session = openSession(`http://${target}`, { settings: { initialWindowSize: 0 } });
    onTestFinished(() => session.destroy());
    session.on('error', () => {});
    const { happened: goneAway, happen: goAway } = event();
    session.on('goaway', () => goAway());
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const { happened: watching, happen: watched } = event();
    stream.on('response', () => watched()).on('error', () => {});
    stream.end(framed(Buffer.alloc(0)));
    await watching;
    const closing = server.close({ graceMs: 5000 });
    await clock.advance(1000);
    await goneAway;
    expect(clock.pending()).toBe(1);
    await clock.advance(4000);
    await closing;
    expect(clock.pending()).toBe(0);
  });

  it('leaves no timer behind', async () => {
    const clock = fakeClock();
    const { server, client } = await serve({ clock });
    expect(await client.watch('').next()).toBe('SERVING');
    await server.close();
    await nextTurn();
    expect(clock.pending()).toBe(0);
  });
});
