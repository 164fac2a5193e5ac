import {
  type Context,
  deadlineExceeded,
  type Operation,
  type ServiceError,
} from '@fairlead/endpoint';
import type { ClientCall, MetadataReader } from '@fairlead/transport';
import {
  type CallOptions,
  type Client,
  type ClientUnaryCall,
  type ServiceError as GrpcError,
  Metadata,
} from '@grpc/grpc-js';
import {
  checkedMetadata,
  type GrpcMetadataWriter,
  metadataReader,
  type PendingMetadata,
  pendingMetadata,
} from './metadata.ts';
import { errorOfStatus } from './status.ts';

/** A gRPC call on the client, as hooks and codecs see it. */
export interface GrpcClientCall extends ClientCall {
  /** Goes out with the request. Bytes: see {@link GrpcMetadataWriter}. */
  readonly requestMetadata: GrpcMetadataWriter;
  /** The server's metadata: what came before the response, then what came after it or with the error. */
  readonly responseMetadata: MetadataReader;
  /** What came before the response, as grpc-js has it; undefined where nothing came. */
  readonly metadata: Metadata | undefined;
  /** What came after the response or with the error, as grpc-js has it; undefined before that. */
  readonly trailers: Metadata | undefined;
}

/** What came back: the response or what stands for it, or the error that the server answered with. */
export type Reply<Response> = Response | ServiceError;

/** What a client has open, and counts the calls on. */
export interface Connection {
  /** What to call through; throws where the client is closed. */
  use(): Client;
  started(): void;
  ended(): void;
}

/** Where the calls of one endpoint go. */
export interface Route {
  readonly connection: Connection;
  readonly path: string;
  /** Whether the server's metadata is kept, for those who look at it. */
  readonly observed: boolean;
}

/** A stream of requests that waits to be sent, and what makes the bytes of each of them. */
export interface Requests {
  readonly stream: AsyncIterable<unknown>;
  readonly bytesOf: (request: unknown) => Buffer | Promise<Buffer>;
}

/** One call, of any kind. A class, as the one object that every call needs. */
export class OutgoingCall implements GrpcClientCall {
  readonly operation: Operation;
  metadata: Metadata | undefined = undefined;
  trailers: Metadata | undefined = undefined;
  private outgoing: PendingMetadata | undefined = undefined;
  /** What is sent where there is one request. */
  request: Buffer = noBytes;
  /** What is sent where there is a stream of them. */
  requests: Requests | undefined = undefined;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  get requestMetadata(): GrpcMetadataWriter {
    this.outgoing ??= pendingMetadata();
    return this.outgoing;
  }

  get responseMetadata(): MetadataReader {
    return metadataReader(this.metadata, this.trailers);
  }

  /** This call, with its request. */
  carrying(request: Buffer): this {
    this.request = request;
    return this;
  }

  /** This call, with its stream of requests. */
  carryingStream(requests: Requests): this {
    this.requests = requests;
    return this;
  }

  /** What goes out beside the request. */
  sentMetadata(): Metadata {
    return this.outgoing?.written ? checkedMetadata(this.outgoing.written) : new Metadata();
  }

  /** Sends the request and waits for the reply; rejects where there is none. */
  send({ connection, path, observed }: Route, ctx: Context): Promise<Reply<Buffer>> {
    const metadata = this.sentMetadata();
    const channel = connection.use();
    return new Promise((resolve, reject) => {
      let unlink: (() => void) | undefined;
      const ended = (error: GrpcError | null, response?: Buffer): void => {
        unlink?.();
        connection.ended();
        if (error === null) {
          resolve(response ?? noBytes);
          return;
        }
        this.trailers = error.metadata;
        const failure = failureOf(error, ctx);
        if (observed && this.isAnswered()) resolve(failure);
        else reject(failure);
      };
      const options = callOptions(ctx);
      const raw = channel.makeUnaryRequest(
        path,
        asIs,
        asIs,
        this.request,
        metadata,
        options,
        ended,
      );
      connection.started();
      if (observed) this.observe(raw);
      unlink = ctx.onAbort((error) => {
        reject(error);
        raw.cancel();
      });
    });
  }

  /** Keeps the server's metadata, for those who look at it. */
  observe(raw: SurfaceCall): void {
    raw.once('metadata', (initial) => {
      this.metadata = initial;
    });
    // Comes after the response, but before anybody who waits for it goes on.
    raw.once('status', (status) => {
      this.trailers = status.metadata;
    });
  }

  /** Whether the failure came from the server, which says at least its content type. */
  isAnswered(): boolean {
    if (this.metadata !== undefined) return true;
    return this.trailers !== undefined && Object.keys(this.trailers.toJSON()).length > 0;
  }
}

/** What all kinds of calls have in common in grpc-js. */
type SurfaceCall = Pick<ClientUnaryCall, 'once'>;

const noBytes: Buffer = Buffer.alloc(0);

/** Messages are serialised by us, where an error of it is the call's own. */
export function asIs(bytes: Buffer): Buffer {
  return bytes;
}

/** What grpc-js can send in whole milliseconds; for longer it rounds up, to whole seconds. */
const maxExactMs = 1e8;

/** A grpc-js server takes a longer timeout for one that has passed. */
const maxTimeoutMs = 2 ** 31 - 1;

/** A deadline that reaches the next hop with no more time than is left, whatever it is rounded to. */
export function callOptions(ctx: Context): CallOptions {
  const remaining = Math.min(ctx.remainingMs(), maxTimeoutMs);
  if (ctx.deadline === undefined) return {};
  const unit = remaining < maxExactMs ? 1 : 1000;
  // One less, for the part of a unit that Date.now() leaves out.
  return { deadline: Date.now() + (Math.floor(remaining / unit) - 1) * unit };
}

/** grpc-js's timer for the deadline runs this much before ours at most. */
const timerSlackMs = 5;

/** The error of a status that is not OK: that of the context, where it was the context that ended the call. */
export function failureOf(error: GrpcError, ctx: Context): ServiceError {
  if (ctx.error !== undefined) return ctx.error;
  const failure = errorOfStatus(error);
  const isOurDeadline = failure.code === 'deadline_exceeded' && ctx.remainingMs() <= timerSlackMs;
  return isOurDeadline ? deadlineExceeded({ cause: error }) : failure;
}
