import { gunzipSync, gzipSync } from 'node:zlib';
import { background } from '@fairlead/endpoint';
import { compressionAlgorithms } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { event } from '../test/event.ts';
import { connect, serve } from '../test/peers.ts';
import { framed, serveStreams, statusOfBytes } from '../test/wire.ts';
import { grpcHandler } from './index.ts';

const concat = grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b }));
const gzip = { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip };
const text = 'x'.repeat(10_000);
const request = AddService.concat.requestSerialize({ a: text, b: '' });
const path = '/pb.Add/Concat';
const encoding = { 'grpc-encoding': 'gzip' };

describe('requests that are compressed', () => {
  it('reach a server of ours', async () => {
    const target = await serve({ concat });
    const call = connect(target, { channelOptions: gzip }).endpoint(AddService.concat);
    expect(await call({ a: text, b: 'y' }, background)).toEqual({ v: `${text}y` });
  });

  it('are small on the wire', async () => {
    const { happened: received, happen: receive } = event<Buffer>();
    const target = await serveStreams((stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        receive(Buffer.concat(chunks));
        stream.respond(
          { 'content-type': 'application/grpc', 'grpc-status': '0' },
          { endStream: true },
        );
      });
    });
    const call = connect(target, { channelOptions: gzip }).endpoint(AddService.concat);
    await call({ a: text, b: '' }, background).catch(() => {});
    const body = await received;
    expect(body[0]).toBe(1);
    expect(body.length).toBeLessThan(200);
    expect(gunzipSync(body.subarray(5))).toEqual(request);
  });

  it.each([
    ['are garbage', framed(Buffer.from('garbage'), true), encoding, 13],
    ['grow beyond what is read', framed(gzipSync(request), true), encoding, 8],
    [
      'are compressed in an unknown way',
      framed(Buffer.from('?'), true),
      { 'grpc-encoding': 'lz4' },
      12,
    ],
    ['fit', framed(gzipSync(request.subarray(0, 0)), true), encoding, 0],
  ])('are answered with a status where they %s', async (_what, body, headers, status) => {
    const target = await serve({ concat }, { maxReceiveBytes: 1000 });
    expect(await statusOfBytes(target, path, body, headers)).toBe(status);
  });
});

describe('responses that are compressed', () => {
  /** A server that compresses, which those of grpc-js do not. */
  function serveCompressed(body: Buffer, name = 'gzip'): Promise<string> {
    return serveStreams((stream) => {
      stream.respond(
        { 'content-type': 'application/grpc', 'grpc-encoding': name },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(body);
    });
  }

  it('are read without being asked for', async () => {
    const reply = gzipSync(AddService.concat.responseSerialize({ v: text }));
    const call = connect(await serveCompressed(framed(reply, true))).endpoint(AddService.concat);
    expect(await call({ a: '', b: '' }, background)).toEqual({ v: text });
  });

  it.each([
    ['are garbage', framed(Buffer.from('garbage'), true), 'internal'],
    ['grow beyond what is read', framed(gzipSync(request), true), 'resource_exhausted'],
  ])('fail the call where they %s', async (_what, body, code) => {
    const client = connect(await serveCompressed(body), { maxReceiveBytes: 1000 });
    const call = client.endpoint(AddService.concat);
    await expect(call({ a: '', b: '' }, background)).rejects.toMatchObject({ code });
  });
});
