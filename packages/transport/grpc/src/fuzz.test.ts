import { connect as openSession } from 'node:http2';
import { isServiceError, ServiceError } from '@fairlead/endpoint';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AddService, SumRequest } from '../gen/add.ts';
import { callPlain, serve } from '../test/peers.ts';
import { framed } from '../test/wire.ts';
import { grpcHandler } from './index.ts';
import { checkedMetadata, pendingMetadata } from './metadata.ts';
import { readFields } from './protobuf.ts';
import { sendableText, statusOfError } from './status.ts';
import { decodeStatusDetails } from './status-details.ts';
import { readStruct } from './struct.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));

/** The bytes of a status, some of which have been changed. */
const damaged = fc
  .tuple(
    fc.dictionary(text, fc.jsonValue(), { maxKeys: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    fc.nat(),
  )
  .map(([details, edits, cut]) => {
    const status = statusOfError(new ServiceError('aborted', 'x', { details, retryAfterMs: 5 }));
    const bytes = Buffer.from(status.metadata?.get('grpc-status-details-bin')[0] ?? '');
    for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
    return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
  });
const bytes = fc.oneof(fc.uint8Array(), damaged);

describe('whatever comes,', { timeout: 20_000 }, () => {
  it('the details of a status are read as far as they can be, and never throw', () => {
    fc.assert(
      fc.property(bytes, (sent) => {
        const { retryable, retryAfterMs = 0, details } = decodeStatusDetails(sent);
        expect(['boolean', 'undefined']).toContain(typeof retryable);
        expect(retryAfterMs).toBeGreaterThanOrEqual(0);
        if (details !== undefined) JSON.stringify(details);
      }),
      { numRuns: 500 },
    );
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('the fields of a message are read, or refused with an Error', () => {
    fc.assert(
      fc.property(bytes, (sent) => {
        for (const read of [readFields, readStruct]) {
          try {
            expect(read(sent)).toBeInstanceOf(Object);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the text of a status can be sent, and is not longer than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }), (message) => {
        expect(encodeURI(sendableText(message)).length).toBeLessThanOrEqual(2048);
      }),
      { numRuns: 150 },
    );
  });

  it('metadata is set and read back as it is, or refused with internal', () => {
    const name = fc.oneof(
      text,
      fc.constantFrom('x', 'x-bin', '__proto__', 'constructor', 'grpc-x'),
    );
    fc.assert(
      fc.property(name, text, (key, value) => {
        const metadata = pendingMetadata();
        try {
          metadata.set(key, value);
        } catch (error) {
          expect(isServiceError(error, 'internal')).toBe(true);
          return;
        }
        const isBinary = key.toLowerCase().endsWith('-bin');
        const expected = isBinary ? Buffer.from(value, 'base64').toString('base64') : value;
        expect(metadata.get(key)).toBe(expected);
        expect(checkedMetadata(metadata.raw).toHttp2Headers()).toBeInstanceOf(Object);
      }),
      { numRuns: 500 },
    );
  });
});

it('a server that is sent whatever message answers it with a status, and serves the next', async () => {
  const target = await serve({
    sum: grpcHandler(AddService.sum, async ({ a, b }) => ({ v: (a + b) % 1000 })),
  });
  const session = openSession(`http://${target}`);
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  const good = framed(SumRequest.encode({ a: 1, b: 2 }).finish());
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 20 }).map((message) => framed(message)),
    fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => good.with(at, byte)),
  );
  const ascii = fc.stringMatching(/^[\x21-\x7e]{1,12}$/);
  const headers = fc.record(
    {
      'content-type': fc.constantFrom('application/grpc', 'application/grpc+proto', 'text/plain'),
      'grpc-timeout': fc.oneof(ascii, fc.constantFrom('1S', '-1m', '99999999H')),
      'grpc-encoding': fc.oneof(ascii, fc.constantFrom('gzip', 'identity', 'deflate')),
      'grpc-accept-encoding': ascii,
      'x-bin': ascii,
    },
    { requiredKeys: ['content-type'] },
  );
  await fc.assert(
    fc.asyncProperty(headers, body, async (sent, message) => {
      const path = AddService.sum.path;
      const stream = session.request({ ':method': 'POST', ':path': path, te: 'trailers', ...sent });
      const received: Record<string, unknown> = {};
      const look = (part: object): void => void Object.assign(received, part);
      stream
        .on('response', look)
        .on('trailers', look)
        .on('error', () => {})
        .resume();
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.end(message);
      await closed;
      if (received[':status'] === 415) return;
      expect(['0', '4', '8', '12', '13']).toContain(received['grpc-status']);
    }),
    { numRuns: 150 },
  );
  expect((await callPlain(target)).reply).toEqual({ v: 3 });
}, 20_000);
