import { connect as openSession } from 'node:http2';
import { connect as openSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ServiceError } from '@fairlead/endpoint';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService, SumRequest } from '../gen/add.ts';
import { callPlain, serve } from '../test/peers.ts';
import { answerTo, framed } from '../test/wire.ts';
import { grpcHandler } from './index.ts';

const path = AddService.sum.path;
const message = Buffer.from(SumRequest.encode({ a: 1, b: 2 }).finish());
const good = framed(message);

/** A frame that says something else of its length, or of its compression, than is true. */
function misframed(body: Uint8Array, flag: number, length: number): Buffer {
  const frame = framed(body);
  frame.writeUInt8(flag, 0);
  frame.writeUInt32BE(length, 1);
  return frame;
}

/** A server of ours, what its calls saw, and a check that it is well at the end of the test. */
async function serveSum() {
  const seen: { readonly bytes: readonly unknown[]; readonly remainingMs: number }[] = [];
  const handler = grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b }), {
    before: [
      (ctx, { metadata }) => {
        seen.push({ bytes: metadata.get('x-bin'), remainingMs: ctx.remainingMs() });
      },
    ],
  });
  const target = await serve({ sum: handler });
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  async function expectWell(): Promise<void> {
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
    expect(unhandled).toEqual([]);
  }
  return { target, seen, expectWell };
}

describe('a server of ours answers', () => {
  it.each(['text/plain', 'application/json', '', undefined])(
    'the content type %j with 415, and no status of gRPC',
    async (type) => {
      const { target, seen, expectWell } = await serveSum();
      const request = { headers: { 'content-type': type }, body: good };
      expect(await answerTo(target, path, request)).toMatchObject({
        httpStatus: 415,
        status: undefined,
      });
      expect(seen).toEqual([]);
      await expectWell();
    },
  );

  const gzip = { 'grpc-encoding': 'gzip' };
  it.each<[string, number, Buffer, Record<string, string>?]>([
    ['a length of 4 GiB without a message', 8, misframed(Buffer.alloc(0), 0, 0xffff_ffff)],
    ['a message of 5 MiB', 8, framed(Buffer.alloc(5 * 1_048_576))],
    [
      'a message that grows to 64 MiB',
      8,
      framed(gzipSync(Buffer.alloc(64 * 1_048_576)), true),
      gzip,
    ],
    ['a compressed message without its encoding', 13, framed(gzipSync(message), true)],
    ['an encoding that nobody knows', 12, framed(message, true), { 'grpc-encoding': 'br' }],
    ['a message that is no gzip', 13, framed(Buffer.from('garbage'), true), gzip],
    ['half of a gzip', 13, framed(gzipSync(message).subarray(0, 12), true), gzip],
    ['a message that is no protobuf', 13, framed(Buffer.from([0xff, 0xff, 0xff]))],
    ['no message', 12, Buffer.alloc(0)],
    ['two messages', 12, Buffer.concat([good, good])],
  ])('%s with the status %i', async (_what, status, body, headers = {}) => {
    const { target, seen, expectWell } = await serveSum();
    const before = process.memoryUsage().arrayBuffers;
    expect(await answerTo(target, path, { headers, body })).toMatchObject({
      httpStatus: 200,
      status,
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1_048_576);
    expect(seen).toEqual([]);
    await expectWell();
  });

  it.each([
    '/pb.Add/Nope',
    '/nope/Sum',
    '/',
    '//',
    '/pb.Add/Sum/',
    '/pb.Add/__proto__',
    '/__proto__/x',
  ])('the path %s with UNIMPLEMENTED', async (unknown) => {
    const { target, expectWell } = await serveSum();
    expect(await answerTo(target, unknown, { body: good })).toMatchObject({ status: 12 });
    await expectWell();
  });

  it.each(['', '1', 'S', '1x', '1s', 'soon', 'NaNm'])(
    'the timeout %j, which cannot be read, with INTERNAL',
    async (timeout) => {
      const { target, seen, expectWell } = await serveSum();
      const headers = { 'grpc-timeout': timeout };
      expect(await answerTo(target, path, { headers, body: good })).toMatchObject({ status: 13 });
      expect(seen).toEqual([]);
      await expectWell();
    },
  );

  it('a timeout that has passed with DEADLINE_EXCEEDED, and calls nothing', async () => {
    const { target, seen } = await serveSum();
    const headers = { 'grpc-timeout': '0n' };
    expect(await answerTo(target, path, { headers, body: good })).toMatchObject({ status: 4 });
    expect(seen).toEqual([]);
  });

  it('metadata over 8 KiB with RESOURCE_EXHAUSTED, and over 64 KiB with a reset', async () => {
    const { target, seen, expectWell } = await serveSum();
    const send = (length: number) =>
      answerTo(target, path, { headers: { 'x-big': 'x'.repeat(length) }, body: good });
    expect(await send(8000)).toMatchObject({ status: 0 });
    expect(await send(8200)).toMatchObject({ status: 8 });
    expect(await send(70_000)).toMatchObject({
      httpStatus: 0,
      reset: expect.stringMatching(/REFUSED|PROTOCOL|ENHANCE/),
    });
    expect(seen).toHaveLength(1);
    await expectWell();
  });
});

describe('binary metadata', () => {
  it.each([
    ['padded', 'AP8='],
    ['unpadded', 'AP8'],
  ])('is read %s', async (_how, text) => {
    const { target, seen } = await serveSum();
    const answer = await answerTo(target, path, { headers: { 'x-bin': text }, body: good });
    expect(answer).toMatchObject({ status: 0 });
    expect(seen[0]?.bytes).toEqual([Buffer.from([0, 255])]);
  });
});

// What grpc-js answers where the specification asks for something else, and hides from us: it
// decides, or throws away what came, before any handler or interceptor is asked.
describe('grpc-js itself', () => {
  it.each([
    ['a message that ends too early', good.subarray(0, -1)],
    ['half of the five bytes before a message', good.subarray(0, 3)],
  ])('calls %s no message: UNIMPLEMENTED instead of INTERNAL', async (_what, body) => {
    const { target, seen, expectWell } = await serveSum();
    expect(await answerTo(target, path, { body })).toMatchObject({ status: 12 });
    expect(seen).toEqual([]);
    await expectWell();
  });

  it.each([
    ['with the encoding identity', 1, { 'grpc-encoding': 'identity' }],
    ['with no encoding', 1, {}],
    ['with a flag beyond 1', 2, {}],
  ])('takes a message that says it is compressed %s, and is not', async (_how, flag, headers) => {
    const { target } = await serveSum();
    const body = misframed(message, flag, message.length);
    expect(await answerTo(target, path, { headers, body })).toMatchObject({ status: 0 });
  });

  it.each(['!!!', 'A', 'a b', ''])('makes some bytes of %j, which is no base64', async (text) => {
    const { target, seen } = await serveSum();
    const answer = await answerTo(target, path, { headers: { 'x-bin': text }, body: good });
    expect(answer).toMatchObject({ status: 0 });
    expect(seen[0]?.bytes).toEqual([expect.any(Buffer)]);
  });

  it.each(['-1S', '1 S', '1.5S', 'x1S', '1Sx', '1S1S', '123456789S', '99999999H'])(
    'reads some time or other of the timeout %j, finite and not negative',
    async (timeout) => {
      const { target, seen, expectWell } = await serveSum();
      const headers = { 'grpc-timeout': timeout };
      const { status } = await answerTo(target, path, { headers, body: good });
      expect([0, 4]).toContain(status);
      for (const { remainingMs } of seen) {
        expect(remainingMs).toBeGreaterThanOrEqual(0);
        expect(remainingMs).toBeLessThan(2 ** 31);
      }
      await expectWell();
    },
  );

  it.each([
    ['the method PUT', { ':method': 'PUT' }],
    ['no te', { te: undefined }],
    ['the content type application/grpcx', { 'content-type': 'application/grpcx' }],
  ])('takes %s', async (_what, headers) => {
    const { target } = await serveSum();
    expect(await answerTo(target, path, { headers, body: good })).toMatchObject({ status: 0 });
  });
});

describe('a client that', { timeout: 20_000 }, () => {
  it('opens and resets streams as fast as it can is sent away, or does no harm', async () => {
    const { target, seen, expectWell } = await serveSum();
    const session = openSession(`http://${target}`);
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
    const closed = new Promise((resolve) => session.once('close', resolve));
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
    let opened = 0;
    while (opened < 10_000 && !session.closed && !session.destroyed) {
      for (let i = 0; i < 100 && !session.destroyed; i++, opened++) {
        const stream = session.request({ ...headers, te: 'trailers' });
        stream.on('error', () => {});
        stream.end(good);
        stream.close(8);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!session.destroyed) session.destroy();
    await closed;
    expect(seen.length).toBeLessThanOrEqual(1000);
    await expectWell();
  });

  it.each([
    ['says nothing that is HTTP/2', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['sends noise', '\0\x01\xff\xfe'.repeat(1000)],
    ['stops within its preface', 'PRI * HTTP/2.0\r\n\r\nS'],
    [
      'sends a frame that is too large',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x04\x00\x00\x00\x00\x00',
    ],
  ])('%s harms nobody', async (_what, bytes) => {
    const { target, expectWell } = await serveSum();
    const { hostname, port } = new URL(`http://${target}`);
    const socket = openSocket(Number(port), hostname);
    socket.on('error', () => {}).resume();
    const answered = new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    socket.write(Buffer.from(bytes, 'latin1'));
    await answered;
    await expectWell();
    socket.destroy();
  });

  it.each(['headers', 'half a message', 'a whole request'])(
    'drops its connection after %s harms nobody',
    async (stage) => {
      const { target, expectWell } = await serveSum();
      const session = openSession(`http://${target}`);
      session.on('error', () => {});
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.on('error', () => {});
      const closed = new Promise((resolve) => session.once('close', resolve));
      if (stage === 'half a message') stream.write(good.subarray(0, 6));
      if (stage === 'a whole request') stream.end(good);
      await new Promise((resolve) => session.once('remoteSettings', resolve));
      session.destroy();
      await closed;
      await expectWell();
    },
  );
});

describe('the metadata of an error', () => {
  it.each(['grpc-status', 'grpc-message', 'content-type', 'te', 'connection', 'transfer-encoding'])(
    'cannot set %s: the call is internal, and onError sees why',
    async (name) => {
      const seen: unknown[] = [];
      const metadata = new Metadata();
      metadata.set(name, '0');
      const handler = grpcHandler(
        AddService.sum,
        () => Promise.reject(new ServiceError('not_found', 'gone')),
        {
          encodeError: () => ({ code: 5, details: 'gone', metadata }),
          onError: (error) => seen.push(error),
        },
      );
      const target = await serve({ sum: handler });
      const { error } = await callPlain(target);
      expect(error).toMatchObject({ code: 13 });
      expect(error?.metadata.get(name)).not.toEqual(['0']);
      expect(seen).toMatchObject([
        { code: 'not_found' },
        { code: 'internal', message: expect.stringContaining('refused') },
      ]);
    },
  );

  it('cannot be set from details that are named like it, nor split the answer', async () => {
    const details = { 'grpc-status': 0, 'grpc-message': 'fine', ':status': 200, 'x\r\ny': 'z' };
    const error = new ServiceError('not_found', 'gone\r\ngrpc-status: 0\0', { details });
    const target = await serve({ sum: grpcHandler(AddService.sum, () => Promise.reject(error)) });
    const outcome = await callPlain(target);
    expect(outcome.error).toMatchObject({ code: 5, details: error.message });
    const names = Object.keys(outcome.trailers.getMap());
    const own = ['content-type', 'date', 'grpc-status-details-bin'];
    expect(names.filter((name) => !own.includes(name))).toEqual([]);
  });
});
