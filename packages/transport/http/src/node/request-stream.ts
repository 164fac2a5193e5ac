import type { ServerResponse } from 'node:http';
import { consumed, corrupt, hungUp, unsupportedCoding } from '../codecs/body-errors.ts';
import { codingOf } from '../compression/content-coding.ts';
import { decompressedStream } from '../compression/decompressed-stream.ts';
import { whenWhole } from '../http2/whole.ts';
import { ChunkQueue } from '../streams/chunk-queue.ts';
import { type HostRequest, parsedBytes } from './host-request.ts';

/** How much of a body that nobody wants is still read, so that its sender comes to see the answer. */
const maxUnwantedBytes = 1_048_576;

/**
 * The body of a request as it comes, decompressed where it says that it is compressed. As long as it has not come whole the connection is not kept:
 * what is left of a body must not be taken for the next request.
 */
export function readStream(
  request: HostRequest,
  response: ServerResponse,
): AsyncIterableIterator<Uint8Array> {
  const parsed = parsedBytes(request);
  if (parsed !== undefined) return streamOf(parsed);
  const queue = new ChunkQueue({
    pause: () => request.pause(),
    resume: () => request.resume(),
    close: unwanted,
  });
  const coding = codingOf(request.headers['content-encoding']);
  if (coding === 'unknown') queue.end(unsupportedCoding());
  if (request.readableDidRead) queue.end(consumed());
  if (request.destroyed) queue.end(hungUp());
  const { shouldKeepAlive } = response;
  response.shouldKeepAlive = false;
  request
    .on('data', (chunk: Buffer) => queue.push(chunk))
    .on('end', () => {
      response.shouldKeepAlive = shouldKeepAlive;
      whenWhole(request, () => queue.end());
    })
    .on('error', (cause) => queue.end(hungUp(cause)))
    .on('close', () => queue.end(hungUp()));
  return coding === undefined || coding === 'unknown'
    ? queue
    : decompressedStream(queue, coding, (cause) => corrupt(coding, cause));

  function unwanted(): void {
    let left = maxUnwantedBytes;
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) request.pause();
    });
    request.resume();
  }
}

/** Bytes that are there already, as a stream. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  if (bytes.length > 0) yield bytes;
}
