import {
  type Context,
  contextKey,
  failureOf,
  type Middleware,
  type Operation,
  operation,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import { type CallSeries, type CallSeriesOptions, callSeries } from './call-series.ts';
import type { Exemplar } from './instruments.ts';
import type { Meter } from './meter.ts';

/** What {@link redMetrics} and {@link redHooks} measure, and how it is named. */
export interface RedOptions extends CallSeriesOptions {
  /** Where to look for a call that has ended: {@link spanExemplar}. What it throws is dropped. Default: nothing. */
  readonly exemplar?: ((ctx: Context) => Exemplar | undefined) | undefined;
}

/**
 * Measures every call, on the server and on the client: its rate, its errors by code, its duration
 * in seconds, and how many are in flight. The names and labels are those of the operation, so one
 * middleware does for all endpoints:
 *
 * ```
 * fairlead_server_call_duration_seconds{transport="http",service="",method="POST /sum",code="ok"}
 * fairlead_server_calls_in_flight{transport="http",service="",method="POST /sum"}
 * ```
 *
 * ```ts
 * const endpoint = chain(redMetrics(meter), timeout(500))(sum);
 * const client = createHttpClient(url, { middleware: redMetrics(meter) });
 * ```
 *
 * - `code` is `ok`, a code of `ServiceError`, that of a business error inside the response (`Failer`), or
 *   `canceled` for a stream whose reader turned away. The rate is that of `…_count`.
 * - A stream is in flight until it settles. Outside of a `retry` each call counts once, inside each try.
 * - On a client give it as the endpoint's `middleware`, where the operation is known; a call of which
 *   nobody says what it is counts as a server's, with empty labels.
 * - On a server it sees what reaches the endpoint; {@link redHooks} sees refused requests too.
 */
export function redMetrics(meter: Meter, options: RedOptions = {}): Middleware {
  const find = callSeries(meter, options);
  const { exemplar } = options;
  return (next) => {
    let series: CallSeries | undefined;
    return (request, ctx) => {
      const target = ctx.get(operation);
      // An endpoint is one operation, as a rule: nothing has to be looked up.
      if (series === undefined || !series.isOf(target)) series = find(target);
      const current = series;
      const { clock } = ctx;
      const start = clock.now();
      current.begin();
      return settle(
        next(request, ctx),
        ({ error, abandoned }, response) => {
          const code = abandoned ? 'canceled' : codeOf(error, response);
          current.end(code, (clock.now() - start) / 1000, shown(exemplar, ctx));
        },
        ctx,
      );
    };
  };
}

/** What hooks see of a call. */
interface HookedCall {
  readonly operation: Operation;
}

/** Hooks of a server that measure its calls. */
export interface RedHooks {
  readonly before: readonly ((ctx: Context, call: HookedCall) => Context)[];
  readonly finalize: readonly ((
    ctx: Context,
    call: HookedCall,
    outcome: { readonly error: ServiceError | undefined },
  ) => void)[];
}

interface Begun {
  readonly series: CallSeries;
  readonly at: number;
}

const begun = contextKey<Begun>('measured call');

/**
 * The same as hooks of a server, in place of the middleware: they count as well what never reaches the
 * endpoint, such as a body that cannot be decoded, a caller who is not allowed, an unknown route.
 *
 * ```ts
 * httpHandler(sum, { decode: jsonBody(SumRequest), ...redHooks(meter) });
 * ```
 *
 * Decoding, encoding and sending are then part of the duration. What is refused before any hook runs
 * has none: 0. A business error inside the response is `ok` here, where only the outcome is seen.
 */
export function redHooks(meter: Meter, options: RedOptions = {}): RedHooks {
  const find = callSeries(meter, options);
  const { exemplar } = options;
  return {
    before: [
      (ctx, call) => {
        const series = find(call.operation);
        series.begin();
        return ctx.with(begun, { series, at: ctx.clock.now() });
      },
    ],
    finalize: [
      (ctx, call, { error }) => {
        const code = codeOf(error, undefined);
        const start = ctx.get(begun);
        if (start === undefined) return find(call.operation).refuse(code);
        start.series.end(code, (ctx.clock.now() - start.at) / 1000, shown(exemplar, ctx));
      },
    ],
  };
}

function codeOf(error: unknown, response: unknown): string {
  if (error !== undefined) return ServiceError.from(error).code;
  return failureOf(response)?.code ?? 'ok';
}

function shown(exemplar: RedOptions['exemplar'], ctx: Context): Exemplar | undefined {
  if (exemplar === undefined) return undefined;
  try {
    return exemplar(ctx);
  } catch {
    return undefined;
  }
}
