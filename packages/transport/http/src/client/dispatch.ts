import { type Context, ServiceError } from '@fairlead/endpoint';
import type { Dispatcher } from 'undici';
import { joined } from '../codecs/joined.ts';
import type { OutgoingCall } from './call.ts';
import { type HttpClientReply, replyTooLarge, WholeReply } from './reply.ts';

/** Sends a call and waits for its reply. */
export type Send = (call: OutgoingCall, ctx: Context) => Promise<HttpClientReply>;

/** The connections that calls go over. */
export interface Wire {
  readonly pool: Dispatcher;
  readonly maxResponseBytes: number;
  /** Told once of each call when its outcome is known. */
  onSettled(): void;
}

/**
 * Sends a call and collects its reply, which its hooks find in the call. When the context ends the
 * caller has its error at once and the request is closed on the wire; undici's own timeouts stay
 * out of it.
 */
export function dispatch(wire: Wire, call: OutgoingCall, ctx: Context): Promise<HttpClientReply> {
  return new Promise((resolve, reject) => {
    const { pool, maxResponseBytes } = wire;
    const { method, path, headers } = call;
    // Sound: a body that is a stream goes by `dispatchStream`.
    const body = call.body as string | Uint8Array | undefined;
    let request: Dispatcher.DispatchController | undefined;
    let open = true;
    let status = 0;
    let replyHeaders: HttpClientReply['headers'] = {};
    const chunks: Buffer[] = [];
    let size = 0;

    const settle = (): void => {
      open = false;
      unlink();
      wire.onSettled();
    };
    const stop = (error: ServiceError): void => {
      if (!open) return;
      settle();
      reject(error);
      request?.abort(error);
    };
    let unlink = (): void => {};
    unlink = ctx.onAbort(stop);
    if (!open) return;

    pool.dispatch(
      { method, path, headers, body: body ?? null, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(controller) {
          request = controller;
          // The context may have ended while the request waited for a connection.
          if (!open) controller.abort(ctx.error ?? new Error('call over'));
        },
        onResponseStart(_controller, statusCode, incoming) {
          status = statusCode;
          replyHeaders = incoming;
          const tooLong = Number(incoming['content-length']) > maxResponseBytes;
          if (tooLong && method !== 'HEAD') stop(replyTooLarge(maxResponseBytes));
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size <= maxResponseBytes) chunks.push(chunk);
          else stop(replyTooLarge(maxResponseBytes));
        },
        onResponseEnd() {
          if (!open) return;
          settle();
          call.reply = new WholeReply(status, replyHeaders, joined(chunks), maxResponseBytes);
          resolve(call.reply);
        },
        onResponseError(_controller, error) {
          if (!open) return;
          settle();
          reject(failedToSend(error, request !== undefined));
        },
      },
    );
  });
}

/** What undici says of a request that it will not write: a line break in the path or in a header, a wrong length. */
const refusals: ReadonlySet<unknown> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** Whatever kept the reply from coming, as a ServiceError. A call that never began on a connection was not sent. */
export function failedToSend(error: Error, hasBegun: boolean): ServiceError {
  const isRefusal = 'code' in error && refusals.has(error.code);
  return isRefusal ? unsendable(error) : unreachable(error, !hasBegun);
}

/** The request itself is at fault, as it was encoded: it was not sent, and another try would not be either. */
function unsendable(cause: Error): ServiceError {
  return new ServiceError('internal', `the request cannot be sent: ${cause.message}`, { cause });
}

/** Whatever kept the reply from coming: the connection was refused, reset, or closed too early. */
function unreachable(cause: Error, unsent: boolean): ServiceError {
  return new ServiceError('unavailable', `no reply: ${cause.message}`, { cause, unsent });
}
