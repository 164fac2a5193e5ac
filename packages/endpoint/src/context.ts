import { type CancelSource, CancelScope, cancelReason, signalSource } from './cancellation.ts';
import { type Clock, systemClock } from './clock.ts';
import { checkNumber } from './option.ts';
import type { ServiceError } from './service-error.ts';

/**
 * What a call carries besides its request: when it must end, and typed values. Explicit, passed on
 * as the second argument of every endpoint, and immutable: `with…` returns a new context.
 *
 * ```ts
 * const user = contextKey<string>('user');
 * const whoami = async (_: void, ctx: Context) => ctx.get(user) ?? 'nobody';
 * await whoami(undefined, background.with(user, 'ada'));
 * ```
 *
 * A context costs next to nothing until it is used: there is no AbortSignal before somebody reads
 * {@link signal} and no timer before somebody listens. It belongs to one call: once the call has
 * settled, whoever made the context disposes of it, and then it never aborts any more.
 */
export interface Context extends CancelSource {
  /** Why the call must end, `canceled` or `deadline_exceeded`; undefined while it may go on. */
  readonly error: ServiceError | undefined;
  /**
   * Aborts when the call must end, with {@link error} as its reason. For APIs that take a signal;
   * made on first access, and dearer than {@link onAbort}, which serves our own code.
   */
  readonly signal: AbortSignal;
  /** When the call must end, in milliseconds on {@link clock}; undefined where nobody said. */
  readonly deadline: number | undefined;
  /** The clock that {@link deadline} is on. */
  readonly clock: Clock;
  /** Milliseconds until the deadline, never below 0; `Infinity` without one. */
  remainingMs(): number;
  /** Throws {@link error} when the call must end. */
  throwIfAborted(): void;
  /** The value for a key; undefined where nobody set one. */
  get<T>(key: ContextKey<T>): T | undefined;
  /** This context with one more value. The same call: it aborts when this one does. */
  with<T>(key: ContextKey<T>, value: T): Context;
  /**
   * A context that ends after at most `timeoutMs` milliseconds, sooner if this one does. Dispose of
   * it when the work is done, on every path: that stops its timer and unlinks it from this one.
   */
  withTimeout(timeoutMs: number): ScopedContext;
  /** Like {@link withTimeout}, for a moment in milliseconds on {@link clock}. */
  withDeadline(deadline: number): ScopedContext;
  /** A context that ends when it is told to, or when this one does. Dispose of it likewise. */
  withCancel(): CancelableContext;
}

/** A context that somebody must dispose of: `using scoped = ctx.withTimeout(500)`. */
export interface ScopedContext extends Context, Disposable {}

/** A {@link ScopedContext} that can be told to end. */
export interface CancelableContext extends ScopedContext {
  /** Ends the work under this context; a second time does nothing. The reason becomes {@link Context.error}. */
  cancel(reason?: unknown): void;
}

/** Names a value in a {@link Context} and knows its type. Two keys are never the same, whatever their names. */
export interface ContextKey<in out T> {
  readonly name: string;
  /** Exists in the types alone: it ties the key to the type of its value. */
  readonly ['~value']?: (value: T) => T;
}

/** Makes a key. The name is for people who debug; make each key once, at the top of a module. */
export function contextKey<T>(name: string): ContextKey<T> {
  return Object.freeze({ name });
}

/** What a call starts from. */
export interface ContextOptions {
  /** Ends the call when it aborts. May live long: nothing is left on it after the call. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the call; for transports, instead of a signal. */
  readonly source?: CancelSource | undefined;
  /** How long the call may take, in milliseconds. Default: as long as it wants. */
  readonly timeoutMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** The context of a new call that comes from outside. Dispose of it when the call has settled. */
export function createContext(options: ContextOptions = {}): CancelableContext {
  const { signal, clock = systemClock, timeoutMs = Infinity } = options;
  const source = options.source ?? (signal && signalSource(signal));
  const deadline = deadlineAfter(clock, timeoutMs);
  return new CallContext(new CancelScope({ clock, source, deadline }));
}

/** The context of work that nobody waits for: no deadline, no values, never aborted. */
export const background: Context = /* @__PURE__ */ createContext();

function deadlineAfter(clock: Clock, timeoutMs: number): number | undefined {
  checkNumber('timeoutMs', timeoutMs);
  return timeoutMs === Infinity ? undefined : clock.now() + timeoutMs;
}

/** A value and the contexts below it: a linked list, since few values are set and fewer looked up. */
class CallContext implements CancelableContext {
  private readonly scope: CancelScope;
  private readonly key: object | undefined;
  private readonly value: unknown;
  private readonly parent: CallContext | undefined;

  constructor(scope: CancelScope, key?: object, value?: unknown, parent?: CallContext) {
    this.scope = scope;
    this.key = key;
    this.value = value;
    this.parent = parent;
  }

  get error(): ServiceError | undefined {
    return this.scope.error;
  }

  get signal(): AbortSignal {
    return this.scope.signal;
  }

  get deadline(): number | undefined {
    return this.scope.deadline;
  }

  get clock(): Clock {
    return this.scope.clock;
  }

  remainingMs(): number {
    return this.scope.remainingMs();
  }

  throwIfAborted(): void {
    const { error } = this.scope;
    if (error !== undefined) throw error;
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    return this.scope.onAbort(listener);
  }

  get<T>(key: ContextKey<T>): T | undefined {
    let node: CallContext | undefined = this;
    while (node !== undefined) {
      // Sound: only `with` puts a value beside a key, and both have the key's type there.
      if (node.key === key) return node.value as T;
      node = node.parent;
    }
    return undefined;
  }

  with<T>(key: ContextKey<T>, value: T): Context {
    return new CallContext(this.scope, key, value, this);
  }

  withTimeout(timeoutMs: number): ScopedContext {
    return this.withDeadline(deadlineAfter(this.clock, timeoutMs) ?? Infinity);
  }

  withDeadline(deadline: number): ScopedContext {
    const current = this.deadline ?? Infinity;
    const ownsDeadline = checkNumber('deadline', deadline, { min: -Infinity }) < current;
    return this.derive(ownsDeadline ? deadline : this.deadline, ownsDeadline);
  }

  withCancel(): CancelableContext {
    return this.derive(this.deadline, false);
  }

  cancel(reason?: unknown): void {
    this.scope.abort(cancelReason(reason));
  }

  [Symbol.dispose](): void {
    this.scope.dispose();
  }

  private derive(deadline: number | undefined, ownsDeadline: boolean): CallContext {
    const { clock, scope: source } = this;
    const scope = new CancelScope({ clock, source, deadline, ownsDeadline });
    return new CallContext(scope, undefined, undefined, this);
  }
}
