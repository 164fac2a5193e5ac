import { type Context, ServiceError } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';

type Body = AsyncIterable<string | Uint8Array>;

/** A streamed body on its way. */
export interface ReplyStream {
  readonly readable: ReadableStream<Uint8Array>;
  /** The status when the body has ended, or what ended it before its end. */
  readonly ended: Promise<number>;
}

/** What ends a call early. */
export interface CallEnd {
  readonly ctx: Context;
  /** The request's: the client has left. */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();

/**
 * A streamed body for a host that reads it: no chunk is made before the host asks for it. When the
 * host cancels it, or the context ends, the body is closed; unless it told the error itself, the
 * stream fails, so that the host breaks the connection off.
 */
export function replyStream(reply: HttpReply, body: Body, { signal, ctx }: CallEnd): ReplyStream {
  const { status, streamError } = reply;
  const iterator = body[Symbol.asyncIterator]();
  let settle = (_error: unknown): void => {};
  const ended = new Promise<number>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve(status) : reject(error));
  });
  let open = true;
  let isAsked = false;
  let unlink = (): void => {};

  function end(error: unknown): void {
    open = false;
    unlink();
    settle(error);
  }

  function close(error: unknown): void {
    end(error);
    // Whatever the closing throws comes too late for anybody.
    Promise.resolve(iterator.return?.()).catch(() => {});
  }

  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        unlink = ctx.onAbort((error) => {
          // While the host does not ask there is no telling it why.
          const canTell = streamError !== undefined && error.code !== 'canceled' && isAsked;
          if (!open || canTell) return;
          // A host that knows that nobody is there would take an error for one of ours.
          if (signal.aborted) controller.close();
          else controller.error(error);
          close(error);
        });
        if (!open) unlink();
      },
      async pull(controller) {
        isAsked = true;
        try {
          const result = await iterator.next();
          if (!open) return;
          if (!result.done) return controller.enqueue(bytesOf(result.value));
          controller.close();
          end(streamError?.());
        } catch (error) {
          if (!open) return;
          controller.error(error);
          close(error);
        } finally {
          isAsked = false;
        }
      },
      cancel(reason) {
        if (open) close(new ServiceError('canceled', 'the client hung up', { cause: reason }));
      },
    },
    // Nothing is made ahead of what is asked for.
    { highWaterMark: 0 },
  );
  return { readable, ended };
}

function bytesOf(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}
