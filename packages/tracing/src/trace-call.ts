import { attempt, type Middleware, settle } from '@fairlead/endpoint';
import { SpanKind, type TracerProvider } from '@opentelemetry/api';
import { names } from './conventions/names.ts';
import { callInside } from './inside.ts';
import { enter, otelContextOf, withScope } from './scope.ts';
import { endInternalSpan } from './span-end.ts';
import { tracerSource } from './tracer.ts';

/** How an endpoint is traced. */
export interface TraceCallOptions {
  /** Whose tracer is used. Default: the provider that is registered with the API when a call is made, if any. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/**
 * Makes a span of each call of any endpoint, until its response or its stream is over: the common parent
 * of the tries of a retry, or a part of a service that is worth a span. Inside of `retry` or `hedge` it
 * says which try it is.
 *
 * ```ts
 * const sum = chain(traceCall('sum'), retry())(balanced(balancer, (client) => client.sum));
 * ```
 *
 * The name must have few values: no ids in it. Without an SDK it hands the call on.
 */
export function traceCall(name: string, options: TraceCallOptions = {}): Middleware {
  if (name === '') throw new TypeError('traceCall needs the name of the span');
  const currentTracer = tracerSource(options.tracerProvider);
  return (next) =>
    function traced(request, ctx) {
      const tracer = currentTracer();
      if (tracer === undefined) return next(request, ctx);
      const parent = otelContextOf(ctx);
      const number = ctx.get(attempt)?.number;
      const attributes = number === undefined ? {} : { [names.attempt]: number };
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, parent);
      const scope = enter(ctx, parent, span);
      const response = callInside(scope.inside, next, request, withScope(ctx, scope));
      return settle(response, ({ error }) => endInternalSpan(span, error), ctx);
    };
}
