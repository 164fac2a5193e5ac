import type { IncomingMessage } from 'node:http';
import type { ServiceError } from '@fairlead/endpoint';
import { corrupt, hungUp, tooLarge } from '../codecs/body-errors.ts';
import { joined } from '../codecs/joined.ts';
import { codecs } from './content-codecs.ts';
import type { ContentCoding } from './content-coding.ts';

/**
 * The body of a request, decompressed. Neither what comes nor what it unfolds to may be larger than
 * `maxBytes`: there the work stops, so that a small body cannot make a large one.
 */
export function readCompressed(
  request: IncomingMessage,
  coding: ContentCoding,
  maxBytes: number,
): Promise<Buffer> {
  const decompressor = codecs[coding].createDecompressor();
  return new Promise((resolve, reject) => {
    let open = true;
    let received = 0;
    let size = 0;
    const chunks: Buffer[] = [];
    request.on('data', count).on('error', hangUp).on('close', hangUp).pipe(decompressor);
    decompressor.on('data', collect).on('end', finish).on('error', fail);

    function count(chunk: Buffer): void {
      received += chunk.length;
      if (received > maxBytes) stop(tooLarge(maxBytes));
    }

    function collect(chunk: Buffer): void {
      size += chunk.length;
      if (size > maxBytes) stop(tooLarge(maxBytes));
      else chunks.push(chunk);
    }

    function finish(): void {
      if (!open) return;
      open = false;
      resolve(joined(chunks));
    }

    function fail(cause: Error): void {
      stop(corrupt(coding, cause));
    }

    function hangUp(cause?: Error): void {
      if (!request.readableEnded) stop(hungUp(cause));
    }

    function stop(error: ServiceError): void {
      if (!open) return;
      open = false;
      chunks.length = 0;
      request.unpipe(decompressor);
      decompressor.destroy();
      // What still comes is read and dropped, so that the answer can go out.
      request.resume();
      reject(error);
    }
  });
}
