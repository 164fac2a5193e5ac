import type { Context } from '@fairlead/endpoint';
import type { Fields } from './logger.ts';

/** A span of `@opentelemetry/api`, as far as it is looked at. */
export interface LoggedSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

/**
 * The ids of a call's span, as fields: how the line is found from the trace, and the trace from it.
 *
 * ```ts
 * import { spanOf } from '@fairlead/tracing';
 * accessLog(log, { fields: spanFields(spanOf) });
 * ```
 *
 * Without `@fairlead/tracing` the span that is active will do: `spanFields(() => trace.getActiveSpan())`
 * with `trace` of `@opentelemetry/api`, inside of what makes it active.
 */
export function spanFields(
  spanOf: (ctx: Context) => LoggedSpan | undefined,
): (ctx: Context) => Fields {
  return (ctx) => {
    const span = spanOf(ctx)?.spanContext();
    return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
  };
}
