import { ServiceError } from '@fairlead/endpoint';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Verdict } from './conventions/convention.ts';
import { names } from './conventions/names.ts';

/**
 * Ends the span of a call: with the attributes of its ending, and the code where it failed. Never with a
 * message: what an error says is for the caller or the log, and may hold what a trace must not.
 */
export function endSpan(
  span: Span,
  { attributes, isFailure }: Verdict,
  error: ServiceError | undefined,
): void {
  if (span.isRecording()) {
    span.setAttributes(attributes);
    if (error !== undefined) span.setAttribute(names.code, error.code);
    if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Ends the span of a call that no transport carries: its ending is a code, or nothing. */
export function endInternalSpan(span: Span, thrown: unknown): void {
  if (thrown === undefined) {
    span.end();
    return;
  }
  const error = ServiceError.from(thrown);
  const attributes = { [names.errorType]: error.code };
  endSpan(span, { attributes, isFailure: true }, error);
}
