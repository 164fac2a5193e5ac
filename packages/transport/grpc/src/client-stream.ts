import type { Writable } from 'node:stream';
import type { Context } from '@fairlead/endpoint';
import { type Sending, sendStream } from '@fairlead/transport';
import type {
  ClientReadableStream,
  ServiceError as GrpcError,
  Metadata,
  StatusObject,
} from '@grpc/grpc-js';
import {
  asIs,
  callOptions,
  failureOf,
  type OutgoingCall,
  type Reply,
  type Requests,
  type Route,
} from './client-call.ts';
import { MessageReader } from './message-reader.ts';
import { messageWriter } from './message-writer.ts';

/** Where the calls of an endpoint go whose responses stream. */
export interface StreamRoute<Message> extends Route {
  /** Makes the message of its bytes. */
  readonly read: (bytes: Buffer) => Message;
}

/** Sends a stream of requests and waits for the reply, which may come before the stream has ended. */
export function sendRequests(
  call: OutgoingCall,
  { connection, path, observed }: Route,
  ctx: Context,
): Promise<Reply<Buffer>> {
  const metadata = call.sentMetadata();
  const channel = connection.use();
  return new Promise((resolve, reject) => {
    let sending: Sending | undefined;
    const ended = (error: GrpcError | null, response?: Buffer): void => {
      unlink();
      sending?.stop();
      connection.ended();
      if (error === null) {
        resolve(response ?? Buffer.alloc(0));
        return;
      }
      call.trailers = error.metadata;
      const failure = failureOf(error, ctx);
      if (observed && call.isAnswered()) resolve(failure);
      else reject(failure);
    };
    let unlink = (): void => {};
    const options = callOptions(ctx);
    const raw = channel.makeClientStreamRequest(path, asIs, asIs, metadata, options, ended);
    connection.started();
    if (observed) call.observe(raw);
    const giveUp = (error: unknown): void => {
      reject(error);
      raw.cancel();
    };
    unlink = ctx.onAbort(giveUp);
    sending = writeRequests(raw, call.requests, ctx, giveUp);
  });
}

/** Sends a request and waits for the stream of responses to open; rejects where it does not. */
export function openResponses<Message>(
  call: OutgoingCall,
  route: StreamRoute<Message>,
  ctx: Context,
): Promise<Reply<AsyncIterable<Message>>> {
  const { connection, path, observed } = route;
  const metadata = call.sentMetadata();
  const channel = connection.use();
  const options = callOptions(ctx);
  const { request } = call;
  const raw = channel.makeServerStreamRequest(path, asIs, asIs, request, metadata, options);
  return new Promise((resolve, reject) => {
    const responses = readResponses(raw, call, route, ctx, {
      opened: () => resolve(responses),
      ended(error) {
        if (error === undefined) resolve(responses);
        else if (observed && call.isAnswered()) resolve(error);
        else reject(error);
      },
    });
    ctx.onAbort(reject);
  });
}

/** Opens a stream in both directions, and does not wait for the server, which may wait for requests. */
export async function openBoth<Message>(
  call: OutgoingCall,
  route: StreamRoute<Message>,
  ctx: Context,
): Promise<Reply<AsyncIterable<Message>>> {
  const { connection, path } = route;
  const metadata = call.sentMetadata();
  const channel = connection.use();
  const raw = channel.makeBidiStreamRequest(path, asIs, asIs, metadata, callOptions(ctx));
  let sending: Sending | undefined;
  const responses = readResponses(raw, call, route, ctx, {
    opened: () => {},
    ended: () => sending?.stop(),
  });
  sending = writeRequests(raw, call.requests, ctx, (error) => {
    responses.fail(error);
    raw.cancel();
  });
  return responses;
}

/** What a stream of responses tells those who opened it. */
interface ResponsesEvents {
  opened(): void;
  ended(error: ReturnType<typeof failureOf> | undefined): void;
}

/**
 * How much of the responses is buffered, in bytes and so much for each message. Enough for all that
 * HTTP/2 lets a server send ahead: what grpc-js still holds when a server's error comes, it drops.
 */
const maxBuffered = 65_536;
const messageOverhead = 32;

function readResponses<Message>(
  raw: ClientReadableStream<Buffer>,
  call: OutgoingCall,
  { connection, read }: StreamRoute<Message>,
  ctx: Context,
  events: ResponsesEvents,
): MessageReader<Buffer, Message> {
  connection.started();
  const responses = new MessageReader<Buffer, Message>(raw, {
    decode: read,
    sizeOf: (bytes) => bytes.length + messageOverhead,
    maxBuffered,
    left: () => raw.cancel(),
  });
  let failure: GrpcError | undefined;
  raw.once('metadata', (initial: Metadata) => {
    call.metadata = initial;
    events.opened();
  });
  raw.on('error', (error: GrpcError) => {
    failure = error;
  });
  // Comes last, after the error of a status that is not OK.
  raw.once('status', ({ metadata }: StatusObject) => {
    call.trailers = metadata;
    connection.ended();
    const error = failure && failureOf(failure, ctx);
    responses.end(error && { error });
    events.ended(error);
  });
  // Not taken back: what is buffered still belongs to the call, whose end disposes of the context.
  ctx.onAbort((error) => {
    responses.fail(error);
    raw.cancel();
  });
  responses.start();
  return responses;
}

function writeRequests(
  raw: Writable,
  requests: Requests | undefined,
  ctx: Context,
  failed: (error: unknown) => void,
): Sending | undefined {
  if (requests === undefined) return undefined;
  const { stream, bytesOf } = requests;
  const writer = messageWriter(raw);
  const write = (bytes: Buffer): Promise<void> | undefined => writer.write(bytes);
  const sending = sendStream(
    stream,
    (request) => {
      const bytes = bytesOf(request);
      return bytes instanceof Promise ? bytes.then(write) : write(bytes);
    },
    ctx,
  );
  sending.over.then(() => raw.end(), failed);
  return sending;
}
