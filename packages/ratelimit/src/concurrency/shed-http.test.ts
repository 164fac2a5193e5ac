import { once } from 'node:events';
import { connect } from 'node:net';
import { background, createContext } from '@fairlead/endpoint';
import {
  createHttpClient,
  createHttpServer,
  group,
  type HttpRequest,
  jsonBody,
  route,
  routes,
} from '@fairlead/http';
import { expect, onTestFinished, test } from 'vitest';
import { held } from '../../test/held.ts';
import { adaptiveLimit } from './adaptive-limit.ts';
import { type ShedOptions, shed } from './shed.ts';

/** A server whose calls wait to be answered, behind a shedder. */
async function serve(options: ShedOptions) {
  const shedder = shed(options);
  const work = held();
  const decoded: unknown[] = [];
  const decode = async (request: HttpRequest): Promise<string> => {
    decoded.push(request.path);
    return await jsonBody<string>()(request);
  };
  const server = createHttpServer(
    routes([
      group(
        '',
        [],
        [
          route('POST', '/work', work.endpoint, { decode }),
          route('GET', '/health', async () => 'well', { decode: () => undefined }),
        ],
        shedder.hooks,
      ),
    ]),
    { http2: true },
  );
  onTestFinished(() => server.close({ graceMs: 0 }));
  const { port } = await server.listen();
  return { shedder, work, decoded, port };
}

function clientOf(port: number) {
  const client = createHttpClient(`http://127.0.0.1:${port}`);
  onTestFinished(() => client.close());
  return {
    work: client.endpoint<string, string>({ path: '/work' }),
    health: client.endpoint<undefined, string>({ path: '/health', method: 'GET' }),
  };
}

test('a call is refused before its body is there', async () => {
  const { shedder, work, decoded, port } = await serve({ limit: 1, retryAfterMs: 1500 });
  const client = clientOf(port);
  const first = client.work('a', background);
  await expect.poll(() => work.begun).toEqual(['a']);

  // A megabyte is promised, and not a byte of it sent.
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('POST /work HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
  socket.write('content-length: 1000000\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /);
  expect(String(answer)).toContain('retry-after: 2\r\n');
  expect(decoded).toEqual(['/work']);

  // Who asks for leave to send does not get it.
  const polite = connect(port, '127.0.0.1');
  onTestFinished(() => void polite.destroy());
  polite.write('POST /work HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n');
  polite.write('content-type: application/json\r\ncontent-length: 3\r\n\r\n');
  const chunks: Buffer[] = [];
  polite.on('data', (chunk: Buffer) => chunks.push(chunk));
  await expect.poll(() => Buffer.concat(chunks).toString()).toContain('503');
  expect(decoded).toEqual(['/work']);

  await expect(client.work('b', background)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'overloaded: try again later',
    retryAfterMs: 1500,
  });
  expect(await client.health(undefined, background)).toBe('well');
  await work.answer('a');
  expect(await first).toBe('A');
  await expect.poll(() => shedder.inFlight).toBe(0);
  expect(shedder.shed).toBe(3);
});

test('a caller who leaves gives the place back when the work has ended', async () => {
  const { shedder, work, port } = await serve({ limit: adaptiveLimit({ initial: 4 }) });
  const client = clientOf(port);
  const ctx = createContext();
  const call = client.work('a', ctx);
  await expect.poll(() => work.begun).toEqual(['a']);
  ctx.cancel();
  await expect(call).rejects.toMatchObject({ code: 'canceled' });
  await work.answer('a');
  await expect.poll(() => shedder.inFlight).toBe(0);
});

test('a deadline that is over is answered without a look at the body', async () => {
  const { decoded, port, shedder } = await serve({ limit: 1 });
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('POST /work HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
  socket.write('connect-timeout-ms: 0\r\ncontent-length: 1000000\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 504 /);
  expect(decoded).toEqual([]);
  expect(shedder).toMatchObject({ inFlight: 0, shed: 0 });
});
