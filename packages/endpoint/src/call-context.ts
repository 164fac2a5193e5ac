import { CancelScope } from './cancel-scope.ts';
import { cancelReason } from './cancellation.ts';
import { type Clock, systemClock } from './clock.ts';
import type {
  CancelableContext,
  Context,
  ContextKey,
  ContextOptions,
  ScopedContext,
} from './context.ts';
import { checkNumber } from './option.ts';
import type { ServiceError } from './service-error.ts';
import { signalSource } from './signal-source.ts';

/** The key of the context, any context, whose values a root has. */
const inherited: object = Object.freeze({});

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
    let node: CallContext = this;
    while (node.key !== key) {
      const parent: CallContext | undefined = node.parent;
      if (parent === undefined) return node.inherit(key);
      node = parent;
    }
    // Sound: only `with` puts a value beside a key, and both have the key's type there.
    return node.value as T;
  }

  with<T>(key: ContextKey<T>, value: T): Context {
    return new CallContext(this.scope, key, value, this);
  }

  withTimeout(timeoutMs: number): ScopedContext {
    return this.until(deadlineAfter(this.clock, timeoutMs) ?? Infinity);
  }

  withDeadline(deadline: number): ScopedContext {
    return this.until(checkNumber('deadline', deadline, { min: -Infinity }));
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

  /** Apart, as it is rare: what is looked up most is found before. */
  private inherit<T>(key: ContextKey<T>): T | undefined {
    // Sound: only createContext uses this key, and puts a context beside it.
    return this.key === inherited ? (this.value as Context).get(key) : undefined;
  }

  private until(deadline: number): CallContext {
    const ownsDeadline = deadline < (this.deadline ?? Infinity);
    return this.derive(ownsDeadline ? deadline : this.deadline, ownsDeadline);
  }

  private derive(deadline: number | undefined, ownsDeadline: boolean): CallContext {
    const { clock, scope: source } = this;
    const scope = new CancelScope({ clock, source, deadline, ownsDeadline });
    return new CallContext(scope, undefined, undefined, this);
  }
}

/** The context of a new call that comes from outside. Dispose of it when the call has settled. */
export function createContext(options: ContextOptions = {}): CancelableContext {
  const { signal, clock = systemClock, timeoutMs = Infinity } = options;
  const source = options.source ?? (signal && signalSource(signal));
  const deadline = deadlineAfter(clock, timeoutMs);
  const scope = new CancelScope({ clock, source, deadline });
  return options.values === undefined
    ? new CallContext(scope)
    : new CallContext(scope, inherited, options.values);
}

/** The context of work that nobody waits for: no deadline, no values, never aborted. */
export const background: Context = /* @__PURE__ */ createContext();

function deadlineAfter(clock: Clock, timeoutMs: number): number | undefined {
  checkNumber('timeoutMs', timeoutMs);
  return timeoutMs === Infinity ? undefined : clock.now() + timeoutMs;
}
