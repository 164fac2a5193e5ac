import type { Fields } from './logger.ts';

/** `trace` of `@opentelemetry/api`, as far as it is used. */
export interface ActiveSpan {
  getActiveSpan():
    | { spanContext(): { readonly traceId: string; readonly spanId: string } }
    | undefined;
}

/**
 * The ids of the span that is active, as fields: how a line is found from a trace, and the trace from it.
 *
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * accessLog(log, { fields: spanFields(trace) });
 * ```
 *
 * Put the middleware inside that of the traces, where the span is active.
 */
export function spanFields(trace: ActiveSpan): () => Fields {
  return () => {
    const span = trace.getActiveSpan()?.spanContext();
    return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
  };
}
