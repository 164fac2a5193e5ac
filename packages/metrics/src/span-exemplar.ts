import type { Context } from '@fairlead/endpoint';
import type { Exemplar } from './instruments.ts';

/** A span of `@opentelemetry/api`, as far as it is looked at. */
export interface ExemplarSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
}

const sampled = 1;

/**
 * The span of a call as its exemplar, where it was recorded:
 *
 * ```ts
 * import { spanOf } from '@fairlead/tracing';
 * redMetrics(meter, { exemplar: spanExemplar(spanOf) });
 * ```
 *
 * Without `@fairlead/tracing` the span that is active will do: `spanExemplar(() => trace.getActiveSpan())`
 * with `trace` of `@opentelemetry/api`, inside of what makes it active.
 */
export function spanExemplar(
  spanOf: (ctx: Context) => ExemplarSpan | undefined,
): (ctx: Context) => Exemplar | undefined {
  return (ctx) => {
    const span = spanOf(ctx)?.spanContext();
    if (span === undefined || (span.traceFlags & sampled) === 0) return undefined;
    return { trace_id: span.traceId, span_id: span.spanId };
  };
}
