import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { exchange, open, statusOf } from '../../test/raw.ts';
import { type HttpHandlerOptions, httpHandler, jsonBody } from '../index.ts';

const echo = (options: Partial<HttpHandlerOptions<unknown, unknown>> = {}) =>
  httpHandler(async (request: unknown) => request, { decode: jsonBody<unknown>(), ...options });
const json = JSON.stringify({ a: 'x'.repeat(5000) });

describe.each(hosts)('a compressed request on $name', (host) => {
  it.each([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['GZip', gzipSync(json)],
    ['br', brotliCompressSync(json)],
    ['deflate', deflateSync(json)],
    ['identity', Buffer.from(json)],
    ['', Buffer.from(json)],
  ])('is read in %j', async (coding, body) => {
    const { url } = await host.serve(echo());
    const answer = await ask(url, { headers: { 'content-encoding': coding }, body });
    expect(answer).toMatchObject({ status: 200, text: json });
  });

  it('is refused beyond maxBodyBytes of what it unfolds to', async () => {
    const { url } = await host.serve(echo({ maxBodyBytes: json.length }));
    const headers = { 'content-encoding': 'gzip' };
    expect(await ask(url, { headers, body: gzipSync(json) })).toMatchObject({ status: 200 });
    expect(await ask(url, { headers, body: gzipSync(`${json} `) })).toMatchObject({
      status: 413,
      headers: { connection: 'close' },
      json: { code: 'resource_exhausted', detail: `the body is larger than ${json.length} bytes` },
    });
  });

  it.each(['zstd', 'compress', 'gzip, br', 'gzip, gzip', 'br;q=1', '*'])(
    'is refused in %s with what can be read',
    async (coding) => {
      const { url } = await host.serve(echo());
      const answer = await ask(url, { headers: { 'content-encoding': coding }, body: 'x' });
      expect(answer).toMatchObject({
        status: 415,
        headers: { 'accept-encoding': 'br, gzip, deflate' },
        json: { code: 'invalid_argument' },
      });
    },
  );

  it.each([
    ['gzip', Buffer.from(json)],
    ['gzip', gzipSync(json).subarray(0, -4)],
    ['br', Buffer.from(json)],
    ['br', brotliCompressSync(json).subarray(0, 10)],
    ['deflate', deflateRawSync(json)],
    ['gzip', brotliCompressSync(json)],
    ['gzip', Buffer.alloc(0)],
  ])('is refused as malformed %s', async (coding, body) => {
    const { url } = await host.serve(echo());
    const answer = await ask(url, { headers: { 'content-encoding': coding }, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_argument' } });
  });
});

describe('a compressed request', () => {
  it('is refused when more comes than may, although it unfolds to nothing', async () => {
    const { port } = await serve(echo({ maxBodyBytes: 1000 }));
    const empty = gzipSync('');
    const chunk = Buffer.concat([Buffer.from(`${empty.length.toString(16)}\r\n`), empty]);
    const head =
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunks = Array.from({ length: 200 }, () => [chunk, '\r\n']).flat();
    expect(statusOf(await exchange(port, head, ...chunks))).toBe(413);
  });

  it('ends when its sender hangs up in the middle', async () => {
    const errors: unknown[] = [];
    let ended = (): void => {};
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { port } = await serve(
      echo({ onError: (error) => errors.push(error), finalize: [() => ended()] }),
    );
    const socket = await open(port);
    const head =
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-encoding: gzip\r\ncontent-length: 99\r\n\r\n';
    socket.write(Buffer.concat([Buffer.from(head), gzipSync(json).subarray(0, 20)]), () =>
      socket.destroy(),
    );
    await over;
    expect(errors).toMatchObject([{ code: 'canceled' }]);
  });

  it('never breaks the server, whatever it is', async () => {
    const { url } = await serve(echo());
    const coding = fc.constantFrom('gzip', 'br', 'deflate', 'identity');
    const compressedJson = gzipSync(json);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(compressedJson.length).map((end) => compressedJson.subarray(0, end)),
      fc.tuple(fc.nat(compressedJson.length - 1), fc.nat(255)).map(([at, byte]) => {
        const damaged = Buffer.from(compressedJson);
        damaged[at] = byte;
        return damaged;
      }),
    );
    await fc.assert(
      fc.asyncProperty(coding, bytes, async (name, body) => {
        const { status } = await ask(url, { headers: { 'content-encoding': name }, body });
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 200 },
    );
  });

  it('that would be ten gigabytes is refused at its limit, in little memory', {
    timeout: 60_000,
  }, async () => {
    const script = fileURLToPath(new URL('../../test/bomb.ts', import.meta.url));
    const args = ['--import', 'tsx', '--conditions=@fairlead/source', script];
    const options = { timeout: 50_000, cwd: fileURLToPath(new URL('../..', import.meta.url)) };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    const { statuses, grown } = JSON.parse(stdout);
    expect(new Set(statuses)).toEqual(new Set([413]));
    // The limit is 12 MiB; each of the ten could have made a thousand times that.
    expect(grown).toBeLessThan(128 << 20);
  });
});
