import { type Context, contextKey } from '@fairlead/endpoint';
import {
  createContextKey,
  type Context as OtelContext,
  context as otel,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';

/** One traced call, as our context carries it. */
export interface Scope {
  /** OpenTelemetry's context inside the call: its span, and the baggage. */
  readonly inside: OtelContext;
  /** What has the span, and so ends it; undefined where the scope is a middleware's, or has no span. */
  readonly owner: object | undefined;
  readonly span: Span | undefined;
  /** The scope around this one, of the same process. */
  readonly outer: Scope | undefined;
}

/** The context's value for the {@link Scope} that a call runs in. */
const scopeKey = contextKey<Scope>('trace scope');

/** Under which OpenTelemetry's context says in which scope it is. */
const mark = createContextKey('fairlead trace scope');

/** A new scope in which a span is active; `owner` is the call whose end is the span's. */
export function enter(
  ctx: Context,
  parent: OtelContext,
  span: Span | undefined,
  owner?: object,
): Scope {
  const inside = span === undefined ? parent : trace.setSpan(parent, span);
  const scope: Scope & { inside: OtelContext } = {
    inside,
    owner,
    span,
    outer: ctx.get(scopeKey),
  };
  scope.inside = new MarkedContext(inside, scope);
  return scope;
}

/** The scope that a context is in; undefined outside of any. */
export function scopeOf(ctx: Context): Scope | undefined {
  return ctx.get(scopeKey);
}

/** The scope of a call, from a context in it or further inside; undefined where the call has none. */
export function scopeOwnedBy(owner: object, ctx: Context): Scope | undefined {
  let scope = ctx.get(scopeKey);
  while (scope !== undefined && scope.owner !== owner) scope = scope.outer;
  return scope;
}

/** A context in a scope. */
export function withScope(ctx: Context, scope: Scope): Context {
  return ctx.with(scopeKey, scope);
}

/**
 * The span of the call that a context belongs to: to give it attributes and events of your own.
 * Undefined outside of a traced call, and where no SDK is installed. Do not end it.
 *
 * ```ts
 * spanOf(ctx)?.setAttribute('order.items', order.items.length);
 * ```
 */
export function spanOf(ctx: Context): Span | undefined {
  return trace.getSpan(otelContextOf(ctx));
}

/**
 * OpenTelemetry's own context for a call: for instrumentation that takes one, and to read its baggage.
 * That is the active one where it stands inside the call, so that a span that was started by hand
 * around this is the parent; else the one that `ctx` carries, which no queue, pool or callback loses.
 *
 * ```ts
 * const tenant = propagation.getBaggage(otelContextOf(ctx))?.getEntry('tenant')?.value;
 * ```
 */
export function otelContextOf(ctx: Context): OtelContext {
  const active = otel.active();
  const scope = ctx.get(scopeKey);
  if (scope === undefined) return active;
  return isWithin(active, scope) ? active : scope.inside;
}

/**
 * A context whose calls are made inside OpenTelemetry's context: under a span that you have started, or
 * with more baggage.
 *
 * ```ts
 * const baggage = propagation.createBaggage({ tenant: { value: 'blue' } });
 * await sum(request, withOtelContext(ctx, propagation.setBaggage(otelContextOf(ctx), baggage)));
 * ```
 */
export function withOtelContext(ctx: Context, otelContext: OtelContext): Context {
  return ctx.with(scopeKey, enter(ctx, otelContext, undefined));
}

/**
 * Where a call that came from outside begins: at its caller's span, where it sent one. Where that span's
 * trace is active here already, since it comes from this process or another instrumentation has read it
 * too, inside of that.
 */
export function serverParent(remote: OtelContext): OtelContext {
  if (remote === ROOT_CONTEXT) return remote;
  const active = otel.active();
  const here = trace.getSpanContext(active)?.traceId;
  return here !== undefined && here === trace.getSpanContext(remote)?.traceId ? active : remote;
}

/** Whether OpenTelemetry's context was made inside a scope. */
function isWithin(context: OtelContext, scope: Scope): boolean {
  // Sound: only a MarkedContext has something under the mark, and it has its scope.
  let current = context.getValue(mark) as Scope | undefined;
  while (current !== undefined && current !== scope) current = current.outer;
  return current !== undefined;
}

/** A context of OpenTelemetry that knows its scope: a copy of all values for the one more would cost more. */
class MarkedContext implements OtelContext {
  private readonly base: OtelContext;
  private readonly scope: Scope;

  constructor(base: OtelContext, scope: Scope) {
    this.base = base;
    this.scope = scope;
  }

  getValue(key: symbol): unknown {
    return key === mark ? this.scope : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): OtelContext {
    return new MarkedContext(this.base.setValue(key, value), this.scope);
  }

  deleteValue(key: symbol): OtelContext {
    return new MarkedContext(this.base.deleteValue(key), this.scope);
  }
}
