import { type ClientHttp2Session, connect as openSession } from 'node:http2';
import { expect, it } from 'vitest';
import { AddService, SumRequest } from '../gen/add.ts';
import { nextTurn } from '../test/event.ts';
import { framed } from '../test/wire.ts';
import { createGrpcServer, grpcHandler } from './index.ts';

/** The sockets, sessions and timers of this process. */
function held(): readonly string[] {
  const mine = /Socket|Server|TCP|HTTP2|Timeout/i;
  return process.getActiveResourcesInfo().filter((name) => mine.test(name));
}

const good = framed(SumRequest.encode({ a: 1, b: 2 }).finish());

const bodies: readonly [string, Uint8Array][] = [
  ['application/grpc', good],
  ['text/plain', good],
  ['application/grpc', good.subarray(0, 7)],
  ['application/grpc', framed(Buffer.from([0xff]))],
  ['application/grpc', Buffer.concat([good, good])],
  ['application/grpc', Buffer.alloc(0)],
];

/** Of three sessions one resets its streams at once, one goes with them open, one waits for its answers. */
async function misbehave(session: ClientHttp2Session, i: number): Promise<void> {
  session.on('error', () => {});
  const paths = [AddService.sum.path, AddService.concat.path, '/nope'];
  const requests = bodies.flatMap(([type, body]) => paths.map((path) => ({ type, body, path })));
  for (const { type, body, path } of requests) {
    const headers = { ':method': 'POST', ':path': path, 'content-type': type };
    const stream = session.request({ ...headers, te: 'trailers', 'grpc-timeout': '50m' });
    stream.on('error', () => {}).resume();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.write(body);
    if (i % 3 === 0) stream.close(8);
    if (i % 3 !== 2) continue;
    stream.end();
    await closed;
  }
}

it('clients that misbehave in every way leave no socket, session or timer behind', async () => {
  const before = held().length;
  const server = createGrpcServer();
  server.add(AddService, {
    sum: grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b })),
    concat: grpcHandler(AddService.concat, () => new Promise(() => {}), {
      encode: () => ({ v: '' }),
    }),
    count: (call) => call.end(),
  });
  const { host, port } = await server.listen();
  const sessions = Array.from({ length: 6 }, () => openSession(`http://${host}:${port}`));
  await Promise.all(sessions.map(misbehave));
  expect(held().length).toBeGreaterThan(before);
  for (const session of sessions) session.destroy();
  await server.close({ graceMs: 100 });
  for (let turn = 0; turn < 1000 && held().length > before; turn++) await nextTurn();
  expect(held().length).toBeLessThanOrEqual(before);
});
