import type { Exemplar } from './instruments.ts';

/** `trace` of `@opentelemetry/api`, as far as it is used. */
export interface ActiveSpan {
  getActiveSpan(): { spanContext(): SpanContext } | undefined;
}

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

const sampled = 1;

/**
 * The span that is active when a call ends, as an exemplar, where it is one that was recorded:
 *
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * redMetrics(meter, { exemplar: spanExemplar(trace) });
 * ```
 *
 * Put the middleware inside that of the traces, where the span is active.
 */
export function spanExemplar(trace: ActiveSpan): () => Exemplar | undefined {
  return () => {
    const span = trace.getActiveSpan()?.spanContext();
    if (span === undefined || (span.traceFlags & sampled) === 0) return undefined;
    return { trace_id: span.traceId, span_id: span.spanId };
  };
}
