import {
  type Clock,
  type Context,
  checkNumber,
  type Endpoint,
  isAsyncIterable,
  type Middleware,
  ServiceError,
  settle,
  systemClock,
} from '@fairlead/endpoint';
import { stackless } from '../stackless.ts';
import { codel } from './codel.ts';
import { type ConcurrencyLimit, limitOf } from './concurrency-limit.ts';
import { Places } from './places.ts';
import { waitingLine } from './waiting-line.ts';

const orders = ['fifo', 'lifo', 'codel'] as const;

/** Who of those that wait gets a place that has become free: see {@link bulkhead}. */
export type WaitingOrder = (typeof orders)[number];

/** How many calls may be under way at once, and what becomes of the others. */
export interface BulkheadOptions {
  /** How many calls may be under way at once: a number, or {@link adaptiveLimit}. */
  readonly limit: number | ConcurrencyLimit;
  /** How many calls may wait for a place. Default 0: who finds none is refused at once. */
  readonly queue?: number | undefined;
  /** Who of those that wait is next. Default `fifo`. */
  readonly order?: WaitingOrder | undefined;
  /** How long a call may wait, in milliseconds; its context may end it sooner. Default 1000. */
  readonly maxWaitMs?: number | undefined;
  /** Of `codel`: the wait that is no matter, in milliseconds. Default 5. */
  readonly targetMs?: number | undefined;
  /** Of `codel`: how long the wait must have stayed above that, in milliseconds. Default 100. */
  readonly intervalMs?: number | undefined;
  /** When a caller who is refused is asked to try again, in milliseconds. Default 100. */
  readonly retryAfterMs?: number | undefined;
  /** The clock of waits and of an adaptive limit. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A middleware that knows how many calls it holds. */
export interface Bulkhead extends Middleware {
  /** How many calls may be under way now. */
  readonly limit: number;
  /** How many calls are under way; a stream is until its end. */
  readonly inFlight: number;
  /** How many calls wait for a place. */
  readonly waiting: number;
}

/**
 * Lets so many calls be under way at once, so that one service that hangs, or one expensive operation,
 * does not take everything: what one bulkhead decorates shares its places.
 *
 * ```ts
 * const reports = bulkhead({ limit: 4, queue: 20, maxWaitMs: 500 });
 * const monthly = chain(reports)(monthlyReport);
 * const yearly = chain(reports)(yearlyReport); // four at once of the two together
 * ```
 *
 * - A call holds its place until it has settled, and a stream until its end. A caller who gives up
 *   frees no place: the work goes on until the endpoint obeys its context.
 * - A call that waits leaves the line at once when its context ends, with the context's error.
 * - Who finds the line full, or has waited `maxWaitMs`, fails with `resource_exhausted` and
 *   `retryAfterMs`, without a stack; it reached nobody (`unsent`), so a retry is safe for any operation.
 * - `fifo` is fair. `lifo` serves who came last, and lets the oldest go when the line is full: under a
 *   load that stays some are served in time, where `fifo` serves all of them too late. `codel` is fair
 *   while the line empties now and then; once everyone has waited longer than `targetMs` for an interval,
 *   those who have waited more than twice that are refused.
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  const limit = limitOf(options.limit);
  const { order = 'fifo', clock = systemClock } = options;
  const queue = checkNumber('queue', options.queue ?? 0, { integer: true, max: 1_000_000 });
  const maxWaitMs = checkNumber('maxWaitMs', options.maxWaitMs ?? 1000);
  const targetMs = checkNumber('targetMs', options.targetMs ?? 5);
  const intervalMs = checkNumber('intervalMs', options.intervalMs ?? 100, { min: 1 });
  const retryAfterMs = checkNumber('retryAfterMs', options.retryAfterMs ?? 100);
  if (!orders.includes(order)) {
    throw new TypeError(`order must be one of ${orders.join(', ')}, but is ${String(order)}`);
  }
  const refused = (why: string): ServiceError =>
    stackless('resource_exhausted', why, { retryAfterMs, unsent: true });
  const places = new Places({
    limit,
    queue,
    isNewestFirst: order === 'lifo',
    codel: order === 'codel' ? codel(targetMs, intervalMs) : undefined,
    line: waitingLine(maxWaitMs, () => refused('too many calls at once: no place became free')),
    clock,
    refused,
  });
  const isFixed = typeof options.limit === 'number';
  // Made once: a call of a fixed limit has nothing to remember.
  const leave = (): void => places.leave();
  const failed = (error: unknown): never => {
    places.leave();
    throw error;
  };

  function hold<Req, Res>(next: Endpoint<Req, Res>, request: Req, ctx: Context): Promise<Res> {
    const toItsEnd = (stream: Res): Promise<Res> => settle(Promise.resolve(stream), leave, ctx);
    // A stream lasts as long as its reader likes, and says nothing of the load.
    if (isFixed || isAsyncIterable(request)) {
      return next(request, ctx).then((response) => {
        if (isAsyncIterable(response)) return toItsEnd(response);
        places.leave();
        return response;
      }, failed);
    }
    const startedAt = clock.now();
    return next(request, ctx).then(
      (response) => {
        if (isAsyncIterable(response)) return toItsEnd(response);
        places.ended(startedAt, undefined);
        return response;
      },
      (error: unknown) => {
        places.ended(startedAt, ServiceError.from(error).code);
        throw error;
      },
    );
  }

  const middleware: Middleware = (next) =>
    function held(request, ctx) {
      if (places.enter()) return hold(next, request, ctx);
      return places.wait(ctx).then(() => {
        const { error } = ctx;
        if (error === undefined) return hold(next, request, ctx);
        leave();
        throw error;
      });
    };
  return Object.defineProperties(middleware, {
    limit: { get: () => limit.current },
    inFlight: { get: () => places.inFlight },
    waiting: { get: () => places.waiting },
    // Sound: it has what was just defined.
  }) as Bulkhead;
}
