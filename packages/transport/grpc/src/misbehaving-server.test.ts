import { background, isServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { connect } from '../test/peers.ts';
import { framed, serveStreams } from '../test/wire.ts';

/** How a call ends that a server of HTTP/2 alone answers. */
async function failureOf(
  headers: Readonly<Record<string, string | number>>,
  body?: Uint8Array,
  trailers?: Readonly<Record<string, string>>,
) {
  const target = await serveStreams((stream) => {
    stream.respond(headers, {
      endStream: body === undefined,
      waitForTrailers: trailers !== undefined,
    });
    stream.once('wantTrailers', () => stream.sendTrailers({ ...trailers }));
    if (body !== undefined) stream.end(body);
  });
  const call = connect(target).endpoint(AddService.sum, { timeoutMs: 5000 });
  const error: unknown = await call({ a: 1, b: 2 }, background).catch((thrown: unknown) => thrown);
  if (isServiceError(error)) return error;
  throw new Error('the call should have failed with a ServiceError', { cause: error });
}

const grpc = { 'content-type': 'application/grpc' };

describe('a reply without a status of gRPC', () => {
  // https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
  it.each([
    [400, 'internal'],
    [401, 'unauthenticated'],
    [403, 'permission_denied'],
    [404, 'unimplemented'],
    [429, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [200, 'unknown'],
    [301, 'unknown'],
    [418, 'unknown'],
    [500, 'unknown'],
  ])('of the HTTP status %i is %s', async (status, code) => {
    expect(await failureOf({ ':status': status })).toMatchObject({ code });
    if (status === 200) return;
    const page = { ':status': status, 'content-type': 'text/html' };
    expect(await failureOf(page, Buffer.from('<h1>no</h1>'))).toMatchObject({ code });
  });
});

describe('a reply that is malformed', () => {
  it('by a page in place of messages is read as messages, as grpc-js does', async () => {
    const page = { ':status': 200, 'content-type': 'text/html' };
    const body = Buffer.from('<h1>A page.</h1>');
    expect(await failureOf(page, body)).toMatchObject({ code: 'resource_exhausted' });
  });

  it.each<[string, string, Uint8Array, Record<string, string>]>([
    ['no message', 'unimplemented', Buffer.alloc(0), { 'grpc-status': '0' }],
    ['a status that is no number', 'unknown', Buffer.alloc(0), { 'grpc-status': 'NaN' }],
    ['a status that gRPC does not know', 'unknown', Buffer.alloc(0), { 'grpc-status': '99' }],
    [
      'a message that is no protobuf',
      'internal',
      framed(Buffer.from([0xff])),
      { 'grpc-status': '0' },
    ],
  ])('by %s is %s', async (_what, code, body, trailers) => {
    expect(await failureOf({ ':status': 200, ...grpc }, body, trailers)).toMatchObject({ code });
  });

  it('by a length of 4 GiB is resource_exhausted, and takes no memory', async () => {
    const frame = framed(Buffer.alloc(0));
    frame.writeUInt32BE(0xffff_ffff, 1);
    const before = process.memoryUsage().arrayBuffers;
    const error = await failureOf({ ':status': 200, ...grpc }, frame, { 'grpc-status': '0' });
    expect(error).toMatchObject({ code: 'resource_exhausted' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1_048_576);
  });

  it('by a text that cannot be decoded keeps its status', async () => {
    const trailers = {
      'grpc-status': '5',
      'grpc-message': '%zz%',
      'grpc-status-details-bin': '!!',
    };
    expect(await failureOf({ ':status': 200, ...grpc }, Buffer.alloc(0), trailers)).toMatchObject({
      code: 'not_found',
      message: '%zz%',
    });
  });
});
