import type { CancelSource } from './cancellation.ts';
import type { Clock } from './clock.ts';
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
  /**
   * Whose values the call has, and no more: it does not end with that context. For work that one call
   * started and others wait for, or that goes on when the call is over. Default: none.
   */
  readonly values?: Context | undefined;
  /** How long the call may take, in milliseconds. Default: as long as it wants. */
  readonly timeoutMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}
