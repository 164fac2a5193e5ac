import { type Context, operation } from '@fairlead/endpoint';
import type { BeforeHook, ClientCall, FinalizeHook, Outcome } from '@fairlead/transport';
import { SpanKind, type TracerProvider } from '@opentelemetry/api';
import { conventionOf } from './conventions/convention-of.ts';
import { names } from './conventions/names.ts';
import { inject, isPropagating } from './propagation/carrier.ts';
import { enter, otelContextOf, scopeOwnedBy, withScope } from './scope.ts';
import { endSpan } from './span-end.ts';
import { tracerSource } from './tracer.ts';

/** How a client is traced. */
export interface TraceClientOptions {
  /**
   * Whose span the server gets for a parent: the call's own, or the caller's. Default `call`. Choose
   * `caller` for a JSON-RPC client that collects batches: calls whose headers differ share none.
   */
  readonly parent?: 'call' | 'caller' | undefined;
  /** Whose tracer is used. Default: the provider that is registered with the API when a call is made, if any. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/** The hooks that trace a client, of any transport: spread them into its options. */
export interface ClientTracing {
  readonly before: readonly BeforeHook<ClientCall>[];
  readonly finalize: readonly FinalizeHook<ClientCall | undefined>[];
}

/**
 * Makes a span of each call that a client sends, until its answer, or its stream, is over, and sends the
 * trace and the baggage along. Works on every transport:
 *
 * ```ts
 * const sum = client.endpoint<SumRequest, SumResponse>({ path: '/sum', ...traceClient() });
 * const add = grpc.service(Add, traceClient());
 * ```
 *
 * - The parent is what `otelContextOf` says of the context that the call is made with.
 * - Inside of `retry` and `hedge` each try has a span of its own, with its number: `fairlead.attempt`, from
 *   1, and over HTTP `http.request.resend_count`. `traceCall` outside of them is their common parent.
 * - Names, attributes, errors and the way without an SDK are as for `traceServer`.
 * - A call whose request could not be encoded has no span: nothing was sent.
 */
export function traceClient(options: TraceClientOptions = {}): ClientTracing {
  const { parent: sent = 'call', tracerProvider } = options;
  if (sent !== 'call' && sent !== 'caller')
    throw new TypeError(`parent must be 'call' or 'caller', but is ${JSON.stringify(sent)}`);
  const currentTracer = tracerSource(tracerProvider);

  function before(ctx: Context, call: ClientCall): Context | undefined {
    const tracer = currentTracer();
    if (tracer === undefined) {
      if (isPropagating()) inject(otelContextOf(ctx), call.requestMetadata);
      return undefined;
    }
    const convention = conventionOf(call.operation.transport);
    const attributes = convention.dimensions(call);
    const name = convention.spanName(call, attributes);
    const attempt = ctx.get(operation)?.attempt;
    convention.addDetails(attributes, call, attempt);
    if (attempt !== undefined) attributes[names.attempt] = attempt;
    const parent = otelContextOf(ctx);
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    const scope = enter(ctx, parent, span, call);
    inject(sent === 'call' ? scope.inside : parent, call.requestMetadata);
    return withScope(ctx, scope);
  }

  function finalize(ctx: Context, call: ClientCall | undefined, outcome: Outcome): void {
    // What is around the call has a scope too, the server that calls for one: that span is not ours.
    const span = call && scopeOwnedBy(call, ctx)?.span;
    if (call === undefined || span === undefined) return;
    const { operation: target } = call;
    const verdict = conventionOf(target.transport).verdict(target, outcome);
    endSpan(span, verdict, outcome.error);
  }

  return { before: [before], finalize: [finalize] };
}
