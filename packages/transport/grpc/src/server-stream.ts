import type { Readable, Writable } from 'node:stream';
import { type Context, isAsyncIterable, ServiceError } from '@fairlead/endpoint';
import { believeEnd, sendStream } from '@fairlead/transport';
import type { sendUnaryData } from '@grpc/grpc-js';
import { MessageReader } from './message-reader.ts';
import { type MessageWriter, messageWriter } from './message-writer.ts';
import type { GrpcRawCall, IncomingCall } from './server-call.ts';

/** How many requests are read ahead of an endpoint; grpc-js has as many again. */
const maxBuffered = 16;

/** The requests of a call, read as they are asked for; they fail when the context ends. */
export function readRequests<Message>(raw: Readable, ctx: Context): AsyncIterable<Message> {
  const requests = new MessageReader<Message, Message>(raw, {
    decode: (message) => message,
    sizeOf: () => 1,
    maxBuffered,
    // HTTP/2 holds the sender back, until the call ends.
    left: () => raw.pause(),
  });
  let stop: (() => void) | undefined;
  raw.once('end', () => {
    stop = believeEnd(ctx.clock, () => requests.end());
  });
  ctx.onAbort((error) => {
    stop?.();
    requests.fail(error);
  });
  return requests;
}

/** The part of a call that answers with a stream. */
type Answering = Pick<
  IncomingCall<GrpcRawCall, never>,
  'open' | 'sentTrailers' | 'close' | 'cutOff' | 'operation'
> & { readonly raw: Sink };

/** A Writable of grpc-js, whose end takes the trailers. */
interface Sink extends Writable {
  end(trailers?: unknown): this;
}

/**
 * Sends a stream of responses to its end, and waits until the last one is on its way: fulfilled with
 * the status 0. Rejects with what the stream fails with, or the error of the context.
 */
export async function sendResponses<Res, Packed>(
  call: Answering,
  responses: AsyncIterable<Res>,
  encode: (response: Res) => Packed | Promise<Packed>,
  ctx: Context,
): Promise<number> {
  const { raw, operation } = call;
  if (!isAsyncIterable(responses)) {
    const { service, method } = operation;
    throw new ServiceError(
      'internal',
      `the endpoint of ${service}/${method} must answer with an AsyncIterable`,
    );
  }
  call.open();
  const writer = messageWriter(raw);
  const write = (packed: Packed): Promise<void> | undefined => writer.write(packed);
  let count = 0;
  const sending = sendStream(
    responses,
    (response) => {
      count++;
      const packed = encode(response);
      return packed instanceof Promise ? packed.then(write) : write(packed);
    },
    ctx,
  );
  try {
    await sending.over;
  } catch (error) {
    if (count > 0 && ctx.error === undefined) await arrived(writer, ctx);
    throw error;
  }
  raw.end(call.sentTrailers());
  await finished(raw, ctx);
  call.close();
  return 0;
}

/**
 * Fulfilled when the messages have had the time to arrive before an error does: the client of grpc-js
 * drops those that it reads from its socket together with one (grpc-node#2764).
 */
async function arrived(writer: MessageWriter, ctx: Context): Promise<void> {
  await writer.flushed(ctx);
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Fulfilled when the end of the stream is on its way. */
function finished(raw: Writable, ctx: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    const unlink = ctx.onAbort(reject);
    raw.once('finish', () => {
      unlink();
      resolve();
    });
  });
}

/** What ends a call whose responses stream, where it ends with an error: after what was written. */
export function endOfStream(raw: Writable): sendUnaryData<unknown> {
  return (error, _response, trailers) => {
    if (!raw.destroyed) raw.emit('error', { ...error, metadata: trailers });
  };
}
