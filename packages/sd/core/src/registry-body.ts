import type { Readable } from 'node:stream';
import { ServiceError } from '@fairlead/endpoint';

/** The whole of a body as text; rejects with `resource_exhausted` beyond `maxBytes`. */
export async function readText(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge('answer', maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString();
}

/** The lines of a body, without the empty ones; ends with `resource_exhausted` at one beyond `maxBytes`. */
export async function* readLines(body: Readable, maxBytes: number): AsyncGenerator<string> {
  // The pieces of a line that is not over yet: joined once, however many there are.
  let pieces: Buffer[] = [];
  let bytes = 0;
  const take = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge('line', maxBytes);
    pieces.push(piece);
  };
  const line = (): string => {
    const text = Buffer.concat(pieces, bytes).toString();
    pieces = [];
    bytes = 0;
    return text;
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      const text = line();
      if (text !== '') yield text;
    }
    take(chunk.subarray(start));
  }
  const rest = line();
  if (rest !== '') yield rest;
}

function tooLarge(what: string, maxBytes: number): ServiceError {
  return new ServiceError(
    'resource_exhausted',
    `the registry sent one ${what} of more than ${maxBytes} bytes: raise maxAnswerBytes, or list fewer instances`,
    { retryable: false },
  );
}
