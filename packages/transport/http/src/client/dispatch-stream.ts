import { type Context, isAsyncIterable, ServiceError } from '@fairlead/endpoint';
import type { Dispatcher } from 'undici';
import { joined } from '../codecs/joined.ts';
import { ChunkQueue } from '../streams/chunk-queue.ts';
import type { OutgoingCall } from './call.ts';
import { failedToSend, type Wire } from './dispatch.ts';
import type { OutgoingBody } from './outgoing.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { type HttpClientReply, replyTooLarge, WholeReply } from './reply.ts';
import { StreamedReply } from './streamed-reply.ts';

/**
 * Sends a call whose request or reply is a stream. A reply that is to be streamed is handed out at
 * its head, any other when it is whole. A request that is not finished when its reply has ended is
 * given up. When the context ends, or the reader of the reply turns away, both are, and the request
 * is closed on the wire.
 */
export function dispatchStream(
  wire: Wire,
  call: OutgoingCall,
  ctx: Context,
): Promise<HttpClientReply> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(wire, call, resolve, reject);
    exchange.start(ctx);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  private readonly wire: Wire;
  private readonly call: OutgoingCall;
  private readonly resolve: (reply: HttpClientReply) => void;
  private readonly reject: (error: ServiceError) => void;
  private readonly outgoing: OutgoingStream | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private unlink = (): void => {};
  private error: ServiceError | undefined;
  private isOpen = true;
  private status = 0;
  private headers: HttpClientReply['headers'] = {};
  /** Where the reply goes: to a reader, or together. */
  private queue: ChunkQueue | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    wire: Wire,
    call: OutgoingCall,
    resolve: (reply: HttpClientReply) => void,
    reject: (error: ServiceError) => void,
  ) {
    this.wire = wire;
    this.call = call;
    this.resolve = resolve;
    this.reject = reject;
    const { body } = call;
    if (isAsyncIterable(body))
      this.outgoing = new OutgoingStream(body, (error) => this.stop(error));
  }

  start(ctx: Context): void {
    this.unlink = ctx.onAbort((error) => this.stop(error));
    if (!this.isOpen) {
      this.unlink();
      return;
    }
    const { method, path, headers, body } = this.call;
    this.wire.pool.dispatch(
      {
        method,
        path,
        headers,
        body: sendable(this.outgoing ?? body),
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The call may be over while the request waited for a connection.
    if (!this.isOpen) controller.abort(this.error ?? new Error('call over'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpClientReply['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
    if (!this.isOpen || this.call.isStreamed?.(status) !== true) return;
    this.queue = new ChunkQueue({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      close: () => this.stop(new ServiceError('canceled', 'the reader of the reply turned away')),
    });
    const { maxResponseBytes } = this.wire;
    this.call.reply = new StreamedReply(status, headers, this.queue, maxResponseBytes);
    this.resolve(this.call.reply);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.queue !== undefined) this.queue.push(chunk);
    else this.collect(chunk);
  }

  onResponseEnd(): void {
    if (!this.isOpen) return;
    this.settle();
    if (this.queue !== undefined) {
      this.queue.end(saysItsEnd(this.headers) ? undefined : endless());
      return;
    }
    const { maxResponseBytes } = this.wire;
    const body = joined(this.chunks);
    this.call.reply = new WholeReply(this.status, this.headers, body, maxResponseBytes);
    this.resolve(this.call.reply);
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    if (!this.isOpen) return;
    this.settle();
    const hasBegun = this.controller !== undefined;
    const error = this.queue === undefined ? failedToSend(cause, hasBegun) : brokenOff(cause);
    // What came before it is still read.
    if (this.queue !== undefined) this.queue.end(error);
    else this.reject(error);
  }

  private collect(chunk: Buffer): void {
    const { maxResponseBytes } = this.wire;
    this.size += chunk.length;
    if (this.size <= maxResponseBytes) this.chunks.push(chunk);
    else this.stop(replyTooLarge(maxResponseBytes));
  }

  /** Ends the call before its reply has: nothing more is sent or read. */
  private stop(error: ServiceError): void {
    if (!this.isOpen) return;
    this.error = error;
    this.settle();
    if (this.queue !== undefined) this.queue.abort(error);
    else this.reject(error);
    this.controller?.abort(error);
  }

  private settle(): void {
    this.isOpen = false;
    this.unlink();
    this.outgoing?.close();
    this.wire.onSettled();
  }
}

/** Sound: undici reads any async iterable; its types name but a few of them. */
function sendable(body: OutgoingBody | undefined): string | Uint8Array | null {
  return (body ?? null) as string | Uint8Array | null;
}

/** Whether the end of a reply can be told from a connection that broke. */
function saysItsEnd(headers: HttpClientReply['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

function brokenOff(cause: Error): ServiceError {
  return new ServiceError('unavailable', `the reply broke off: ${cause.message}`, { cause });
}

function endless(): ServiceError {
  return new ServiceError(
    'unavailable',
    'the reply ended with its connection, which tells nobody whether it was whole: let the server, or the proxy before it, send it in chunks or with its length',
  );
}
