import type { CancelSource } from './cancellation.ts';

/** How a call ended: with an error, or, where there is none, well. */
export interface Settled {
  /** What the endpoint rejected with, or what ended its stream; undefined where it ended well. */
  readonly error: unknown;
  /** Whether the caller of a stream stopped reading before its end. */
  readonly abandoned: boolean;
}

const ok: Settled = { error: undefined, abandoned: false };
const turnedAway: Settled = { error: undefined, abandoned: true };

/**
 * Calls `onSettled` exactly once, when a call is really over: for a single response when its promise
 * settles, for a stream when its last message was read, it failed, or its reader turned away. What
 * measures or holds something during a call (metrics, tracing, limits, timeouts) uses this and so
 * serves streams as well.
 *
 * ```ts
 * const inFlight: Middleware = (next) => (request, ctx) => {
 *   gauge.add(1);
 *   return settle(next(request, ctx), () => gauge.add(-1));
 * };
 * ```
 *
 * A single response goes along, for whoever asks it for `failureOf`; a stream has none to show.
 *
 * What `onSettled` throws becomes the outcome of the call. A stream that nobody ever starts to read
 * settles when `ctx` ends, with its error; without one it never does. On a server that cannot happen:
 * a transport always reads, or closes, what an endpoint hands it. On a client give the call's context.
 */
export function settle<Res>(
  response: Promise<Res>,
  onSettled: (settled: Settled, response?: unknown) => void,
  ctx?: CancelSource,
): Promise<Res> {
  return response.then(
    (value) => {
      if (isAsyncIterable(value)) return settleStream(value, onSettled, ctx);
      onSettled(ok, value);
      return value;
    },
    (error: unknown) => {
      onSettled({ error, abandoned: false });
      throw error;
    },
  );
}

/** Whether a value is a stream. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Closes a stream that nobody is going to read, so that whoever waits for its end (see
 * {@link settle}) is told; any other response is left alone. What the closing throws is dropped.
 */
export function discard(response: unknown): void {
  if (isAsyncIterable(response)) void close(response).catch(() => {});
}

async function close(stream: AsyncIterable<unknown>): Promise<void> {
  await stream[Symbol.asyncIterator]().return?.();
}

function settleStream<Res extends AsyncIterable<unknown>>(
  stream: Res,
  onSettled: (settled: Settled) => void,
  ctx: CancelSource | undefined,
): Res {
  let open = true;
  let unlink = (): void => {};
  const settleOnce = (settled: Settled): void => {
    if (!open) return;
    open = false;
    unlink();
    onSettled(settled);
  };
  const fail = (error: unknown): never => {
    settleOnce({ error, abandoned: false });
    throw error;
  };
  const read = (result: IteratorResult<unknown>): IteratorResult<unknown> => {
    if (result.done) settleOnce(ok);
    return result;
  };
  if (ctx !== undefined) {
    unlink = ctx.onAbort((error) => {
      try {
        settleOnce({ error, abandoned: false });
      } catch {
        // Whoever still reads gets the end of the context from the stream itself.
      }
    });
  }
  const watched: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]() {
      // A stream that somebody wrote by hand may throw where it should reject.
      let iterator: AsyncIterator<unknown>;
      try {
        iterator = stream[Symbol.asyncIterator]();
      } catch (error) {
        return fail(error);
      }
      return {
        next: () => attempt(() => iterator.next()).then(read, fail),
        async return(value?: unknown) {
          const result = await attempt(() => iterator.return?.(value)).catch(fail);
          settleOnce(turnedAway);
          return result ?? { done: true, value };
        },
        async throw(error?: unknown) {
          if (iterator.throw === undefined) {
            await attempt(() => iterator.return?.()).catch(fail);
            settleOnce(turnedAway);
            throw error;
          }
          try {
            return read(await iterator.throw(error));
          } catch (thrown) {
            if (thrown !== error) return fail(thrown);
            settleOnce(turnedAway);
            throw thrown;
          }
        },
      };
    },
  };
  // Sound: an endpoint that streams is typed by `AsyncIterable` alone, and that is what this is.
  return watched as Res;
}

/** Not an async function, which would cost each message of a stream one promise more. */
function attempt<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error);
  }
}
