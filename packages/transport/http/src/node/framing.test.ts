import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../test/ask.ts';
import { exchange, open, statusOf, untilSeen } from '../../test/raw.ts';
import { createHttpServer, httpHandler } from '../index.ts';

/** Serves an endpoint that echoes its body and counts its calls. */
async function serveEcho() {
  const bodies: string[] = [];
  const handler = httpHandler(
    async (body: string) => {
      bodies.push(body);
      return body;
    },
    { decode: (request) => request.text() },
  );
  // Small limits: what these tests send half of is given up on soon.
  const server = createHttpServer(handler, { requestTimeoutMs: 1000, keepAliveTimeoutMs: 200 });
  const { port } = await server.listen();
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { port, bodies };
}

const post = 'POST / HTTP/1.1\r\nhost: a\r\n';
const chunked = `${post}transfer-encoding: chunked\r\n\r\n`;
const get = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

/** What a request looks like, what it must be answered with, and the bytes. 0 stands for a close without a word. */
const refusals: readonly [string, readonly number[], string][] = [
  [
    'a length and chunks',
    [400],
    `${post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'chunks and a length',
    [400],
    `${post}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n`,
  ],
  ['two equal lengths', [400], `${post}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`],
  ['two lengths that differ', [400], `${post}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`],
  ...['3,3', '+3', '-1', '0x3', '18446744073709551619', '3 3', ''].map(
    (length): [string, number[], string] => [
      `the length ${JSON.stringify(length)}`,
      [400],
      `${post}content-length: ${length}\r\n\r\nabc`,
    ],
  ),
  ...['xchunked', 'identity', 'chunked, identity', 'gzip, chunked', 'gzip', 'chunked, chunked'].map(
    (coding): [string, number[], string] => [
      `the coding ${coding}`,
      [400, 501],
      `${post}transfer-encoding: ${coding}\r\n\r\n0\r\n\r\n`,
    ],
  ),
  [
    'two codings',
    [400, 501],
    `${post}transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a coding in HTTP/1.0', [400], 'POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ...['0x3', '-3', '12345678123456789', '3 ', ' 3', '', 'g', '+3'].map(
    (size): [string, number[], string] => [
      `the chunk size ${JSON.stringify(size)}`,
      [400],
      `${chunked}${size}\r\nabc\r\n0\r\n\r\n`,
    ],
  ),
  ['a chunk longer than it says', [400], `${chunked}3\r\nabcd\r\n0\r\n\r\n`],
  ['a chunk that ends in a bare LF', [400], `${chunked}3\nabc\r\n0\r\n\r\n`],
  [
    'a chunk extension of 20 KB',
    [400, 413],
    `${chunked}3;${'x'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
  ],
  ['bare LFs', [400], 'GET / HTTP/1.1\nhost: a\n\n'],
  ['one bare LF', [400], 'GET / HTTP/1.1\r\nhost: a\nx: y\r\n\r\n'],
  ['a bare CR in a value', [400], 'GET / HTTP/1.1\r\nhost: a\r\nx: a\rb\r\n\r\n'],
  ['a NUL in a value', [400], 'GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n'],
  ['a space before a colon', [400], 'GET / HTTP/1.1\r\nhost: a\r\nx : y\r\n\r\n'],
  ['a space in a name', [400], 'GET / HTTP/1.1\r\nhost: a\r\nx y: z\r\n\r\n'],
  ['a folded header first', [400], 'GET / HTTP/1.1\r\n host: a\r\n\r\n'],
  ['no name', [400], 'GET / HTTP/1.1\r\nhost: a\r\n: y\r\n\r\n'],
  ['no Host', [400], 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', [400], 'GET / HTTP/1.1\r\nhost: a\r\nHost: b\r\n\r\n'],
  ...['a b', 'a/../c', 'a@b', 'a:b', 'a:1:2', 'a\\b', '[::1', 'a#b', 'a?b', 'é'].map(
    (host): [string, number[], string] => [
      `the Host ${host}`,
      [400],
      `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
    ],
  ),
  ['a method in small letters', [400, 501], 'get / HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['a method that is none', [400, 501], 'FOO / HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['a target with a space', [400], 'GET /a b HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['no version', [400, 505], 'GET /\r\nhost: a\r\n\r\n'],
  ['an unknown version', [400, 505], 'GET / HTTP/3.7\r\nhost: a\r\n\r\n'],
  ['17 KB of headers', [431], `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`],
  ['17 KB of a target', [431], `GET /${'y'.repeat(17_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
  ['101 headers', [431], `GET / HTTP/1.1\r\nhost: a\r\n${'x:y\r\n'.repeat(100)}\r\n`],
  [
    'thousands of headers, the last of which matters',
    [431],
    `GET / HTTP/1.1\r\nhost: a\r\n${'x:y\r\n'.repeat(2900)}authorization: b\r\n\r\n`,
  ],
  ['an unknown expectation', [417], `${post}expect: 200-maybe\r\ncontent-length: 1\r\n\r\n1`],
  ['CONNECT', [501], 'CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['CONNECT and more', [501], `CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n${'x'.repeat(9000)}`],
  ['TRACE', [501], 'TRACE / HTTP/1.1\r\nhost: a\r\nauthorization: b\r\n\r\n'],
  ['HTTP/2 in plain', [400, 505], 'GET / HTTP/2.0\r\nhost: a\r\n\r\n'],
  ['a preface of HTTP/2', [400, 505], 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a greeting of TLS', [400], '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['noise', [400], '\0\x01\xff\xfe\r\n\r\n'],
];

describe('createHttpServer', () => {
  it.each(refusals)(
    'refuses %s with one of %j, closes, and lives on',
    async (_what, statuses, bytes) => {
      const { port, bodies } = await serveEcho();
      const answer = await exchange(port, bytes);
      expect(statuses).toContain(statusOf(answer));
      // One answer, and nothing of the bytes taken for a second request.
      expect(answer.match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1);
      expect(bodies.join('')).toBe('');
      const next = await ask(`http://127.0.0.1:${port}`, { body: 'next' });
      expect(next).toMatchObject({ status: 200, text: '"next"' });
    },
  );

  it.each([
    ['a HTTP/1.0 request without Host', 'GET / HTTP/1.0\r\n\r\n', ''],
    ['an empty Host', 'GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n', ''],
    [
      'a Host with a port',
      'GET / HTTP/1.1\r\nhost: example.com:8080\r\nconnection: close\r\n\r\n',
      '',
    ],
    ['a Host of IPv6', 'GET / HTTP/1.1\r\nhost: [::1]:8080\r\nconnection: close\r\n\r\n', ''],
    [
      'a hundred headers',
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${'x:y\r\n'.repeat(98)}\r\n`,
      '',
    ],
    [
      'a coding in capitals',
      `${post}connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
      'abc',
    ],
    [
      'a chunk extension',
      `${post}connection: close\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n`,
      'abc',
    ],
  ])('serves %s', async (_what, bytes, body) => {
    const { port } = await serveEcho();
    const answer = await exchange(port, bytes);
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain(`\r\n\r\n"${body}"`);
  });

  it('does not take a length in a trailer for one', async () => {
    const { port, bodies } = await serveEcho();
    const answer = await exchange(
      port,
      `${chunked}3\r\nabc\r\n0\r\ncontent-length: 50\r\n\r\n${get}`,
    );
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(bodies.length === 0 ? 1 : 2);
    expect(bodies).toEqual(bodies.length === 0 ? [] : ['abc', '']);
  });

  it('keeps in step after a GET with a body that nobody reads', async () => {
    const server = createHttpServer(httpHandler(async () => 'ok', { decode: () => undefined }));
    const { port } = await server.listen();
    onTestFinished(() => server.close({ graceMs: 0 }));
    const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
    const first = `GET / HTTP/1.1\r\nhost: a\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`;
    const answer = await exchange(port, first + get);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it('lets so many requests wait for the answers of others, and no more', async () => {
    const decode = (): undefined => undefined;
    const handler = httpHandler(async () => 'ok', { decode });
    const server = createHttpServer(handler, { maxPipelined: 2 });
    const { port } = await server.listen();
    onTestFinished(() => server.close({ graceMs: 0 }));
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(5));
    expect(answer.match(/HTTP\/1\.1 \d+/g)?.map((line) => Number(line.slice(9)))).toEqual([
      200, 200, 200, 429,
    ]);
    const socket = await open(port);
    for (let i = 0; i < 4; i++) {
      const seen = untilSeen(socket, '"ok"');
      socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      await seen;
    }
  });

  it('answers pipelined requests in order', async () => {
    const { port, bodies } = await serveEcho();
    const one = (body: string) => `${post}content-length: 1\r\n\r\n${body}`;
    const answer = await exchange(port, one('a') + one('b') + one('c') + get);
    expect(bodies).toEqual(['a', 'b', 'c', '']);
    expect(answer.match(/"\w?"/g)).toEqual(['"a"', '"b"', '"c"', '""']);
  });
});
