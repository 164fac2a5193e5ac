import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  block,
  errorCode,
  type Frame,
  flag,
  frame,
  headers,
  openHttp2,
  type RawConnection,
  request,
  reset,
  setting,
  type,
} from '../../test/frames.ts';
import { closeNow, http2Client } from '../../test/http2-client.ts';
import { createHttpServer, httpHandler } from '../index.ts';

/** Serves an endpoint that echoes its body and counts its calls. */
async function serveEcho(reply: (body: string) => string = (body) => body) {
  const clock = fakeClock();
  const state = { started: 0, called: 0 };
  const seen: string[][] = [];
  const handler = httpHandler(
    async (body: string) => {
      state.called++;
      return reply(body);
    },
    {
      decode: (message) => message.text(),
      before: [
        (_ctx, call) => {
          state.started++;
          seen.push(Object.keys(call.headers));
        },
      ],
    },
  );
  const server = createHttpServer(handler, { http2: true, clock });
  const { port } = await server.listen();
  onTestFinished(() => closeNow(server, clock));
  return { port, state, seen, clock, server };
}

/** Whether the server still serves somebody else. */
async function isAlive(port: number): Promise<boolean> {
  const client = http2Client(`http://127.0.0.1:${port}`);
  const stream = client.session.request({ ':path': '/', ':method': 'GET' });
  const status = await new Promise((resolve) => {
    stream.once('response', (head) => resolve(head[':status']));
    stream.once('error', resolve);
  });
  await client.close();
  return status === 200;
}

const open = flag.endHeaders;

/** The status of a reply, as it may be written: an entry of the static table (RFC 7541), or text. */
function statusIn(reply: Frame | undefined): string | undefined {
  const [first = 0] = reply?.payload ?? [];
  if (first === 0x80 + 12) return '400';
  return /[1-5]\d\d/.exec(reply?.payload.toString('latin1') ?? '')?.[0];
}

/** How the first request is refused: it alone, or the whole connection. */
function refusalOn(connection: RawConnection): Promise<Frame | undefined> {
  return Promise.race([connection.first(type.rstStream, 1), connection.first(type.goAway)]);
}

describe('a server of HTTP/2', () => {
  it('closes a connection that resets its requests as fast as it makes them', async () => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    for (let i = 0; i < 10_000; i++) connection.write(headers(2 * i + 1), reset(2 * i + 1));
    const goAway = await connection.first(type.goAway);
    await connection.closed;
    expect(goAway?.code).toBe(errorCode.enhanceYourCalm);
    expect(state.started).toBeLessThanOrEqual(501);
    expect(await isAlive(port)).toBe(true);
  });

  it.each([
    ['pings', frame(type.ping, flag.none, 0, Buffer.alloc(8))],
    ['settings', frame(type.settings, flag.none, 0)],
  ])('closes a connection that floods it with %s', async (_what, one) => {
    const { port } = await serveEcho();
    const connection = await openHttp2(port);
    // Faster than it can answer, and then no faster.
    for (let i = 0; i < 100; i++) connection.write(...Array.from({ length: 100 }, () => one));
    const goAway = await connection.first(type.goAway);
    await connection.closed;
    expect(goAway?.code).not.toBe(errorCode.none);
    const patient = await openHttp2(port);
    const answers = () =>
      patient.frames.filter(({ kind, flags }) => kind === one[3] && flags === flag.ack).length;
    for (let sent = 0; sent <= 1000; sent += 100) {
      patient.write(...Array.from({ length: 100 }, () => one));
      while (answers() < sent && !patient.socket.destroyed) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(await patient.first(type.goAway)).toMatchObject({ code: errorCode.enhanceYourCalm });
    await patient.closed;
    expect(await isAlive(port)).toBe(true);
  });

  it('takes as many pings as are allowed, each second anew', async () => {
    const { port, clock } = await serveEcho();
    const connection = await openHttp2(port);
    const ping = frame(type.ping, flag.none, 0, Buffer.alloc(8));
    for (let second = 0; second < 3; second++) {
      connection.write(...Array.from({ length: 900 }, () => ping));
      const answered = 900 * (second + 1);
      const pongs = () => connection.frames.filter(({ kind }) => kind === type.ping).length;
      while (pongs() < answered) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1000);
    }
    connection.write(headers(1));
    expect(await connection.first(type.headers)).toBeDefined();
  });

  it('closes a connection that floods it with empty frames of data', async () => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    const empty = frame(type.data, flag.none, 1);
    connection.write(headers(1, request, open), ...Array.from({ length: 20_000 }, () => empty));
    await connection.closed;
    expect(state.called).toBe(0);
    expect(await isAlive(port)).toBe(true);
  });

  it('closes a connection whose headers have no end', async () => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    const more = frame(type.continuation, flag.none, 1, block([['x', 'y'.repeat(1000)]]));
    connection.write(headers(1, request, flag.endStream));
    for (let i = 0; i < 1000; i++) connection.write(more);
    await connection.closed;
    expect(state.started).toBe(0);
    expect(await isAlive(port)).toBe(true);
  });

  it.each([
    ['17 KB of headers', [...request, ['a', 'y'.repeat(9000)], ['b', 'y'.repeat(9000)]]],
    [
      '101 headers',
      [...request, ...Array.from({ length: 101 }, (_, i) => [`x${i}`, 'y'] as const)],
    ],
  ] as const)('refuses %s', async (_what, list) => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    const whole = block(list);
    const first = whole.subarray(0, 16_000);
    const rest = whole.subarray(16_000);
    connection.write(
      frame(type.headers, rest.length === 0 ? open | flag.endStream : flag.endStream, 1, first),
      ...(rest.length === 0 ? [] : [frame(type.continuation, flag.endHeaders, 1, rest)]),
    );
    const refusal = await Promise.race([
      connection.first(type.rstStream),
      connection.first(type.headers),
    ]);
    if (refusal?.code !== errorCode.enhanceYourCalm) expect(statusIn(refusal)).toBe('431');
    expect(state.started).toBe(0);
    expect(await isAlive(port)).toBe(true);
  });

  const [method, scheme, path, authority] = request;

  it.each([
    ['a name in capitals', [...request, ['X-A', 'b']]],
    ['a header of the connection', [...request, ['connection', 'close']]],
    ['a transfer coding', [...request, ['transfer-encoding', 'chunked']]],
    ['no method', [scheme, path, authority]],
    ['no scheme', [method, path, authority]],
    ['no path', [method, scheme, authority]],
    ['an empty path', [method, scheme, [':path', ''], authority]],
    ['a path that is none', [method, scheme, [':path', 'a'], authority]],
    ['a pseudo-header after a header', [method, scheme, authority, ['a', 'b'], path]],
    ['two paths', [...request, [':path', '/b']]],
    ['a pseudo-header of replies', [...request, [':status', '200']]],
    ['an unknown pseudo-header', [...request, [':a', 'b']]],
    ['nobody to go to', [method, scheme, path]],
    ['a host with a space', [method, scheme, path, [':authority', 'a b']]],
  ] as const)('refuses %s', async (_what, list) => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    connection.write(headers(1, list));
    expect((await refusalOn(connection))?.code).toBe(errorCode.protocol);
    expect(state.started).toBe(0);
    expect(await isAlive(port)).toBe(true);
  });

  it.each([
    ['what is no host', [method, scheme, path, [':authority', 'a:b:c']]],
    ['two hosts', [...request, ['host', 'b']]],
  ] as const)('answers 400 to a request for %s', async (_what, list) => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    connection.write(headers(1, list));
    expect(statusIn(await connection.first(type.headers, 1))).toBe('400');
    expect(state.started).toBe(0);
  });

  it.each([
    ['a line break', 'b\r\nc: d'],
    ['a NUL', 'b\0'],
  ])('hands no value with %s on', async (_what, value) => {
    const { port, seen } = await serveEcho();
    const connection = await openHttp2(port);
    connection.write(headers(1, [...request, ['x-a', value]]));
    await Promise.race([connection.first(type.rstStream, 1), connection.first(type.headers, 1)]);
    expect(seen.some((names) => names.includes('x-a'))).toBe(false);
  });

  it.each([
    ['less', 'ab'],
    ['more', 'abcd'],
  ])('refuses a body of %s than its length says', async (_what, body) => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    connection.write(
      headers(1, [...request, ['content-length', '3']], open),
      frame(type.data, flag.endStream, 1, Buffer.from(body)),
    );
    // Node 24 gives the whole connection up, as its own error.
    expect([errorCode.protocol, errorCode.internal]).toContain((await refusalOn(connection))?.code);
    expect(state.called).toBe(0);
    expect(await isAlive(port)).toBe(true);
  });

  it('gives up on a client that takes no reply, however busy its connection is', async () => {
    const { port, clock } = await serveEcho(() => 'x'.repeat(100_000));
    // INITIAL_WINDOW_SIZE 0: nothing may be sent.
    const connection = await openHttp2(port, setting(4, 0));
    connection.write(headers(1), headers(3));
    await connection.first(type.headers, 1);
    await connection.first(type.headers, 3);
    for (let second = 0; second < 62; second++) {
      connection.write(frame(type.ping, flag.none, 0, Buffer.alloc(8)));
      await clock.advance(1000);
    }
    expect((await connection.first(type.rstStream, 1))?.code).toBe(errorCode.enhanceYourCalm);
    expect((await connection.first(type.rstStream, 3))?.code).toBe(errorCode.enhanceYourCalm);
    expect(connection.frames.some(({ kind }) => kind === type.data)).toBe(false);
  });

  it('allows so many requests at once, and refuses the rest', async () => {
    const { port, state } = await serveEcho();
    const connection = await openHttp2(port);
    const streams = Array.from({ length: 150 }, (_, i) => 2 * i + 1);
    connection.write(...streams.map((id) => headers(id, request, open)));
    const refused = await connection.first(type.rstStream);
    expect(refused?.stream).toBe(201);
    expect(state.started).toBeLessThanOrEqual(100);
  });
});
