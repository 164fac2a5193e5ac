import { type Context, ServiceError } from '@fairlead/endpoint';
import type { Dispatcher } from 'undici';
import type { OutgoingCall } from './client-call.ts';
import { type HttpClientReply, WholeReply } from './client-reply.ts';
import { joined } from './request.ts';

/** Sends a call and waits for its reply. */
export type Send = (call: OutgoingCall, ctx: Context) => Promise<HttpClientReply>;

/**
 * Sends a call and collects its reply, which its hooks find in the call. When the context ends the
 * caller has its error at once and the request is closed on the wire; undici's own timeouts stay
 * out of it.
 */
export function dispatch(
  pool: Dispatcher,
  call: OutgoingCall,
  ctx: Context,
  maxBytes: number,
): Promise<HttpClientReply> {
  const { method, path, headers, body } = call;
  return new Promise((resolve, reject) => {
    let request: Dispatcher.DispatchController | undefined;
    let status = 0;
    let replyHeaders: HttpClientReply['headers'] = {};
    const chunks: Buffer[] = [];
    let size = 0;

    const stop = (error: ServiceError): void => {
      reject(error);
      request?.abort(error);
    };
    const unlink = ctx.onAbort(stop);

    pool.dispatch(
      { method, path, headers, body: body ?? null, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(controller) {
          request = controller;
          // The context may have ended while the request waited for a connection.
          if (ctx.error !== undefined) controller.abort(ctx.error);
        },
        onResponseStart(_controller, statusCode, incoming) {
          status = statusCode;
          replyHeaders = incoming;
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size <= maxBytes) chunks.push(chunk);
          else stop(tooLarge(maxBytes));
        },
        onResponseEnd() {
          unlink();
          call.reply = new WholeReply(status, replyHeaders, joined(chunks));
          resolve(call.reply);
        },
        onResponseError(_controller, error) {
          unlink();
          reject(unreachable(error));
        },
      },
    );
  });
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError('resource_exhausted', `the reply is larger than ${maxBytes} bytes`, {
    retryable: false,
  });
}

/** Whatever kept the reply from coming: the connection was refused, reset, or closed too early. */
function unreachable(cause: Error): ServiceError {
  if (cause instanceof ServiceError) return cause;
  return new ServiceError('unavailable', `no reply: ${cause.message}`, { cause });
}
