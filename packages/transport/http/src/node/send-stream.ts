import type { ServerResponse } from 'node:http';
import { type Context, discard } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';
import { breakOff, type HeadLines, writeHead } from './response.ts';

type Body = AsyncIterable<string | Uint8Array>;

/**
 * Sends the head at once, then the body as it comes and no faster than the client takes it. Settles
 * when the stream does, with the status, or with what ended it before its end: the client has left,
 * the context has ended, or the body failed. The body is closed then, and unless it told the error
 * itself the connection is broken off.
 */
export async function sendStream(
  { status, streamError }: HttpReply,
  body: Body,
  lines: HeadLines,
  response: ServerResponse,
  ctx: Context,
): Promise<number> {
  const iterator = body[Symbol.asyncIterator]();
  writeHead(response, status, lines);
  if (hasNoBody(response)) {
    response.end();
    await iterator.return?.();
    return status;
  }
  response.flushHeaders();
  await pump(iterator, response, ctx, streamError !== undefined);
  const error = streamError?.();
  if (error !== undefined) throw error;
  return status;
}

/** What answers `HEAD`, and these statuses, has no body, whatever it would have been (RFC 9110 §6.4.1). */
function hasNoBody({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304;
}

/** Writes until the body ends, and ends the response. `tellsErrors` is a body that ends by itself at the deadline. */
function pump(
  iterator: AsyncIterator<string | Uint8Array>,
  response: ServerResponse,
  ctx: Context,
  tellsErrors: boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = new Sink(response);
    let unlink = (): void => {};

    const cut = (error: unknown): void => {
      if (!sink.open) return;
      unlink();
      sink.cut();
      reject(error);
      close(iterator);
    };
    unlink = ctx.onAbort((error) => {
      // While the client does not read there is no telling it why.
      const canTell = tellsErrors && error.code !== 'canceled' && !sink.isFull;
      if (!canTell) cut(error);
    });
    if (!sink.open) return;
    write(iterator, sink, ctx).then(() => {
      if (!sink.open) return;
      unlink();
      sink.end();
      resolve();
    }, cut);
  });
}

async function write(
  iterator: AsyncIterator<string | Uint8Array>,
  sink: Sink,
  ctx: Context,
): Promise<void> {
  let result = await iterator.next();
  while (sink.open && !result.done) {
    // What is told of a deadline does not wait for a slow reader.
    if (!sink.write(result.value) && ctx.error === undefined) await sink.drained();
    if (sink.open) result = await iterator.next();
  }
}

/** Whatever the closing throws comes too late for anybody. */
function close(iterator: AsyncIterator<unknown>): void {
  discard({ [Symbol.asyncIterator]: () => iterator });
}

/** The response as a stream writes to it, until it is ended or cut. */
class Sink {
  open = true;
  private readonly response: ServerResponse;
  private resume: (() => void) | undefined;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  /** Whether somebody waits for the client to read. */
  get isFull(): boolean {
    return this.resume !== undefined;
  }

  /** Whether there is room for more. */
  write(chunk: string | Uint8Array): boolean {
    return this.response.write(chunk);
  }

  /** Fulfilled when there is room again, or when it is cut. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const resume = (): void => {
        this.resume = undefined;
        this.response.off('drain', resume);
        resolve();
      };
      this.resume = resume;
      this.response.on('drain', resume);
    });
  }

  end(): void {
    this.open = false;
    this.response.end();
  }

  cut(): void {
    this.open = false;
    breakOff(this.response);
    this.resume?.();
  }
}
