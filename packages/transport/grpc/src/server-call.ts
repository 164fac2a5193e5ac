import {
  type CancelSource,
  cancelReason,
  deadlineExceeded,
  type Operation,
  ServiceError,
} from '@fairlead/endpoint';
import type { MetadataReader, ServerCall } from '@fairlead/transport';
import { Metadata, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import {
  checkedMetadata,
  type GrpcMetadataWriter,
  metadataReader,
  type PendingMetadata,
  pendingMetadata,
} from './metadata.ts';
import { type GrpcStatus, sendableText, statusOfCode } from './status.ts';

/** A gRPC call on the server, as hooks and codecs see it. */
export interface GrpcServerCall extends ServerCall {
  /** Goes out before the response, or before the first of a stream of them; where the call fails sooner, with the error. Bytes: see {@link GrpcMetadataWriter}. */
  readonly responseMetadata: GrpcMetadataWriter;
  /** Goes out after the response, or the last one, or with the error. */
  readonly trailers: GrpcMetadataWriter;
  /** What the caller sent, as grpc-js has it: bytes as Buffers, and every value of a name. */
  readonly metadata: Metadata;
  /** The call as grpc-js has it: the peer's certificate, the host, the path. Answer it through the endpoint only. */
  readonly raw: GrpcRawCall;
}

/** What all kinds of calls have in common in grpc-js. */
export interface GrpcRawCall extends ServerSurface {
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): boolean;
}

type ServerSurface = Pick<
  ServerUnaryCall<unknown, unknown>,
  | 'cancelled'
  | 'metadata'
  | 'getPeer'
  | 'sendMetadata'
  | 'getDeadline'
  | 'getPath'
  | 'getHost'
  | 'getAuthContext'
  | 'getMetricsRecorder'
>;

/**
 * One call of any kind: what its hooks see, what ends it early, and the ways to answer it. A class, as
 * the one object that every call needs; what a call may do without is made on first use.
 */
export class IncomingCall<Raw extends GrpcRawCall, Res> implements GrpcServerCall, CancelSource {
  readonly operation: Operation;
  readonly raw: Raw;
  /** What ends the call in grpc-js. */
  private readonly callback: sendUnaryData<Res>;
  private requestReader: MetadataReader | undefined = undefined;
  private initial: PendingMetadata | undefined = undefined;
  private trailing: PendingMetadata | undefined = undefined;
  private ended: ServiceError | undefined = undefined;
  private isOpened = false;
  private answered = false;

  constructor(target: Operation, raw: Raw, callback: sendUnaryData<Res>) {
    this.raw = raw;
    this.callback = callback;
    // Not lazy: a getter that survives `{ ...operation }` costs what the peer itself costs.
    this.operation = {
      side: target.side,
      transport: target.transport,
      service: target.service,
      method: target.method,
      kind: target.kind,
      idempotent: target.idempotent,
      peer: raw.getPeer(),
    };
  }

  get metadata(): Metadata {
    return this.raw.metadata;
  }

  get requestMetadata(): MetadataReader {
    this.requestReader ??= metadataReader(this.raw.metadata);
    return this.requestReader;
  }

  get responseMetadata(): GrpcMetadataWriter {
    this.initial ??= pendingMetadata();
    return this.initial;
  }

  get trailers(): GrpcMetadataWriter {
    this.trailing ??= pendingMetadata();
    return this.trailing;
  }

  /** How long the caller still waits, in milliseconds; `Infinity` where it did not say. */
  remainingMs(): number {
    return Math.max(0, Number(this.raw.getDeadline()) - Date.now());
  }

  get error(): ServiceError | undefined {
    // grpc-js calls every call that is over canceled, answered ones too.
    if (this.ended === undefined && this.raw.cancelled && !this.answered) {
      this.ended = this.remainingMs() <= timerSlackMs ? deadlineExceeded() : cancelReason();
    }
    return this.ended;
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    if (this.error !== undefined) listener(this.error);
    const { raw } = this;
    const cancelled = (): void => {
      if (this.error !== undefined) listener(this.error);
    };
    raw.once('cancelled', cancelled);
    return () => raw.off('cancelled', cancelled);
  }

  /** Answers with a response; returns the status of it. */
  succeed(response: Res): number {
    const initial = this.initial?.written && checkedMetadata(this.initial.written);
    const trailers = this.trailing?.written && checkedMetadata(this.trailing.written);
    this.answered = true;
    if (initial !== undefined) this.raw.sendMetadata(initial);
    this.callback(null, response, trailers);
    return 0;
  }

  /** Sends what goes before a stream of responses, at once: the caller's stream opens with it. */
  open(): void {
    const initial = this.initial?.written && checkedMetadata(this.initial.written);
    this.isOpened = true;
    this.raw.sendMetadata(initial ?? new Metadata());
  }

  /** What goes after a stream of responses. */
  sentTrailers(): Metadata | undefined {
    return this.trailing?.written && checkedMetadata(this.trailing.written);
  }

  /**
   * Ends a call whose responses stream, since its server is closed: its context ends, and the caller is
   * told `unavailable`. Fulfilled when that is on its way.
   */
  cutOff(): Promise<void> {
    if (this.error !== undefined || this.answered) return Promise.resolve();
    this.ended = new ServiceError('unavailable', 'the server was closed');
    // What ends a call early comes by this event, see onAbort.
    this.raw.emit('cancelled');
    // grpc-js calls it canceled when its status has been sent.
    return new Promise((resolve) => void this.raw.once('cancelled', () => resolve()));
  }

  /** A stream of responses has gone out to its end: whatever comes now ends nothing early. */
  close(): void {
    this.answered = true;
  }

  /** Answers with a status that is not OK; returns it. */
  fail(status: GrpcStatus): number {
    const { code, details } = status;
    if (!Number.isInteger(code) || code < 1) {
      throw new RangeError(`the status of an error must be a whole number above 0, but is ${code}`);
    }
    const initial = this.isOpened ? undefined : this.initial?.written;
    const parts = [initial, this.trailing?.written, status.metadata];
    const trailers = joined(parts.filter((part) => part !== undefined));
    this.answered = true;
    this.callback({ code, details: sendableText(details) }, null, trailers);
    return code;
  }

  /** Ends a call whose answer failed, or whose caller is gone. Never throws. */
  abandon(error: ServiceError): number {
    if (this.error !== undefined) return statusOfCode(this.error.code);
    const code = statusOfCode(error.code);
    try {
      this.callback({ code, details: sendableText(error.message) }, null);
    } catch {
      // grpc-js could not even say that: the connection is gone.
    }
    return code;
  }
}

/** grpc-js's timer for the deadline may run this much before it. */
const timerSlackMs = 2;

function joined(parts: readonly Metadata[]): Metadata | undefined {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return first && checkedMetadata(first);
  const all = new Metadata();
  for (const part of parts) all.merge(checkedMetadata(part));
  return all;
}
