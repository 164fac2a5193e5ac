import type { Context, Middleware } from '@fairlead/endpoint';
import type { BeforeHook, FinalizeHook, Outcome, ServerCall } from '@fairlead/transport';
import {
  type Link,
  type Context as OtelContext,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { conventionOf } from './conventions/convention-of.ts';
import { callInside } from './inside.ts';
import { extracted, isPropagating } from './propagation/carrier.ts';
import { enter, scopeOf, scopeOwnedBy, serverParent, withScope } from './scope.ts';
import { endSpan } from './span-end.ts';
import { tracerSource } from './tracer.ts';

/** How a server is traced. */
export interface TraceServerOptions {
  /**
   * Whether strangers may call. Then each call begins a trace of its own, sampled by our own rules, that
   * links to the caller's, and the caller's baggage is dropped. Default false: their trace goes on here.
   */
  readonly isPublic?: boolean | undefined;
  /** Whose tracer is used. Default: the provider that is registered with the API when a call comes, if any. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/** The hooks that trace a server, of any transport: spread them into its options. */
export interface ServerTracing {
  readonly before: readonly BeforeHook<ServerCall>[];
  readonly middleware: Middleware;
  readonly finalize: readonly FinalizeHook<ServerCall>[];
}

/**
 * Makes a span of each call that a server takes, from before its request is read until its answer, or
 * its stream, is sent. Works on every transport; put it first, outside of all other hooks:
 *
 * ```ts
 * routes([...], traceServer());                                          // all routes
 * grpcHandler(Add.sum, sum, traceServer());
 * httpHandler(sum, { decode, ...joinServerHooks(traceServer(), { before: [authenticate] }) });
 * ```
 *
 * - The parent is the caller's span, as the installed propagator reads it: W3C `traceparent`, `tracestate`
 *   and `baggage` with the SDK's own. What is malformed or too large never fails a call: a bad
 *   `traceparent` begins a new trace, a bad `tracestate` is dropped, and so is what is bad in `baggage`.
 * - Inside the endpoint OpenTelemetry's context is active, in its streams too; our context carries it as
 *   well, see `otelContextOf`.
 * - Names and attributes are those of the semantic conventions for HTTP and RPC. An error leaves its code,
 *   and neither its message nor its stack; of a URL the query is left out.
 * - A call that is refused before any hook, such as one that no route takes, has a span without duration.
 * - Without an SDK it does nothing but hand on what an installed propagator reads.
 */
export function traceServer(options: TraceServerOptions = {}): ServerTracing {
  const { isPublic = false, tracerProvider } = options;
  const currentTracer = tracerSource(tracerProvider);

  function before(ctx: Context, call: ServerCall): Context | undefined {
    const tracer = currentTracer();
    if (tracer === undefined) return isPublic ? undefined : handedOn(ctx, call);
    const origin = originOf(call);
    return withScope(ctx, enter(ctx, origin.parent, startSpan(tracer, call, origin), call));
  }

  function originOf(call: ServerCall): Origin {
    const remote = extracted(call.requestMetadata);
    if (!isPublic) return { parent: serverParent(remote), links: undefined };
    const caller = trace.getSpanContext(remote);
    return { parent: ROOT_CONTEXT, links: caller && [{ context: caller }] };
  }

  function finalize(ctx: Context, call: ServerCall, outcome: Outcome): void {
    const scope = scopeOwnedBy(call, ctx);
    const span = scope === undefined ? refusedSpan(call) : scope.span;
    if (span === undefined) return;
    const { operation } = call;
    const verdict = conventionOf(operation.transport).verdict(operation, outcome);
    endSpan(span, verdict, outcome.error);
  }

  function refusedSpan(call: ServerCall): Span | undefined {
    const tracer = currentTracer();
    return tracer && startSpan(tracer, call, originOf(call));
  }

  return { before: [before], middleware: inScope, finalize: [finalize] };
}

/** Where a call's trace comes from. */
interface Origin {
  readonly parent: OtelContext;
  readonly links: Link[] | undefined;
}

function startSpan(tracer: Tracer, call: ServerCall, { parent, links }: Origin): Span {
  const convention = conventionOf(call.operation.transport);
  const attributes = convention.dimensions(call);
  const name = convention.spanName(call, attributes);
  convention.addDetails(attributes, call, undefined);
  const kind = SpanKind.SERVER;
  const options = links === undefined ? { kind, attributes } : { kind, attributes, links };
  return tracer.startSpan(name, options, parent);
}

/** Without an SDK: what the caller sent goes on to whom this server calls, where a propagator is installed. */
function handedOn(ctx: Context, call: ServerCall): Context | undefined {
  if (!isPropagating()) return undefined;
  const remote = extracted(call.requestMetadata);
  return remote === ROOT_CONTEXT
    ? undefined
    : withScope(ctx, enter(ctx, serverParent(remote), undefined, call));
}

const inScope: Middleware = (next) => (request, ctx) => {
  const scope = scopeOf(ctx);
  return scope === undefined ? next(request, ctx) : callInside(scope.inside, next, request, ctx);
};
