import {
  type Code,
  type Context,
  contextKey,
  failureOf,
  type Middleware,
  type Operation,
  operation,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import { callFacts, foundBy } from './call-facts.ts';
import type { Fields, Level, Logger } from './logger.ts';

/** What {@link accessLog} and {@link accessLogHooks} write. */
export interface AccessLogOptions {
  /** More fields of a call: {@link spanFields}, the user. What it throws is dropped. Default: none. */
  readonly fields?: ((ctx: Context) => Fields) | undefined;
  /** The level of a call that ended with this code, or `false` for no line. Default: {@link levelOf}. */
  readonly level?: ((code: Code | 'ok', ctx: Context) => Level | false) | undefined;
}

/**
 * Writes one line for each call that has ended, on the server and on the client, over every transport:
 *
 * ```
 * INFO  call served transport=http method="POST /sum" peer=127.0.0.1 code=ok duration_ms=1.204
 * ```
 *
 * ```ts
 * const endpoint = chain(accessLog(log), timeout(500))(sum);
 * const client = createHttpClient(url, { middleware: accessLog(log) });
 * ```
 *
 * - The line has the code, and of an error its message and causes. A business error inside the
 *   response (`Failer`) counts as one. Requests and responses are not written.
 * - A stream has its line when it has settled; one whose reader turned away is `canceled`.
 * - On a client give it as the endpoint's `middleware`, where the operation is known: `call made`.
 */
export function accessLog(log: Logger, options: AccessLogOptions = {}): Middleware {
  const write = callWriter(log, options);
  return (next) => (request, ctx) => {
    const start = ctx.clock.now();
    return settle(
      next(request, ctx),
      ({ error, abandoned }, response) => {
        const failed = error === undefined ? failureOf(response) : error;
        write(ctx, ctx.get(operation), { start, error: failed, abandoned });
      },
      ctx,
    );
  };
}

/** What hooks see of a call. */
interface HookedCall {
  readonly operation: Operation;
}

/** Hooks of a server that write a line for each call. */
export interface AccessLogHooks {
  readonly before: readonly ((ctx: Context, call: HookedCall) => Context)[];
  readonly finalize: readonly ((
    ctx: Context,
    call: HookedCall,
    outcome: { readonly status: number; readonly error: ServiceError | undefined },
  ) => void)[];
}

const startedAt = contextKey<number>('start of a call');

/**
 * The same as hooks of a server, in place of the middleware: they write as well of what never reaches
 * the endpoint, such as a body that cannot be decoded, a caller who is not allowed, an unknown route.
 * The line also has the transport's own `status`.
 *
 * ```ts
 * httpHandler(sum, { decode: jsonBody(SumRequest), ...accessLogHooks(log) });
 * ```
 */
export function accessLogHooks(log: Logger, options: AccessLogOptions = {}): AccessLogHooks {
  const write = callWriter(log, options);
  return {
    before: [(ctx) => ctx.with(startedAt, ctx.clock.now())],
    finalize: [
      (ctx, call, { status, error }) =>
        write(ctx, call.operation, { start: ctx.get(startedAt), error, abandoned: false, status }),
    ],
  };
}

/** How bad it is that a call ended so: a server's own fault is an error, what may pass a warning. */
export function levelOf(code: Code | 'ok'): Level {
  switch (code) {
    case 'internal':
    case 'unknown':
    case 'data_loss':
      return 'error';
    case 'unavailable':
    case 'deadline_exceeded':
    case 'resource_exhausted':
    case 'permission_denied':
    case 'failed_precondition':
    case 'aborted':
    case 'out_of_range':
    case 'unimplemented':
      return 'warn';
    default:
      return 'info';
  }
}

interface Ended {
  /** On the context's clock; undefined where the call was refused before anybody looked. */
  readonly start: number | undefined;
  readonly error: unknown;
  readonly abandoned: boolean;
  readonly status?: number | undefined;
}

function callWriter(log: Logger, { fields, level = levelOf }: AccessLogOptions) {
  return (ctx: Context, target: Operation | undefined, ended: Ended): void => {
    const { start, error, abandoned, status } = ended;
    const code = codeOf(error, abandoned);
    const at = level(code, ctx);
    if (at === false || !log.isEnabled(at)) return;
    const facts = callFacts(target);
    facts['code'] = code;
    if (status !== undefined) facts['status'] = status;
    if (start !== undefined)
      facts['duration_ms'] = Math.round((ctx.clock.now() - start) * 1000) / 1000;
    if (error !== undefined) facts['error'] = error;
    const found = foundBy(fields, ctx);
    if (found !== undefined) Object.assign(facts, found);
    log[at](target?.side === 'client' ? 'call made' : 'call served', facts);
  };
}

function codeOf(error: unknown, abandoned: boolean): Code | 'ok' {
  if (error !== undefined) return ServiceError.from(error).code;
  return abandoned ? 'canceled' : 'ok';
}
