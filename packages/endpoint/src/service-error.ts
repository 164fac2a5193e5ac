import { type Code, isRetryableByDefault } from './code.ts';

/** What a {@link ServiceError} may carry besides its code and message. */
export interface ServiceErrorOptions {
  /** What led to this error. Stays in the process: it never reaches the caller. */
  readonly cause?: unknown;
  /** Whether trying again can help. Default: what the code says, see {@link isRetryableByDefault}. */
  readonly retryable?: boolean | undefined;
  /** How long the caller should wait before it tries again, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Facts for the caller, as JSON: `{ issues: [...] }`. Travels with the error on every transport. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the call never reached whom it was for: nobody was there, a breaker was open. Then trying
   * again, or elsewhere, does nothing twice. Stays in the process, as the cause does. Default false.
   */
  readonly unsent?: boolean | undefined;
}

/** Recognises a ServiceError made by another copy of this package. */
const brand: unique symbol = Symbol.for('fairlead.ServiceError');

/** How far down a chain of causes an error is searched: enough for any real one, and an end to a cycle. */
const maxCauses = 16;

/**
 * The one error of Fairlead. Throw it where a caller should learn what went wrong:
 *
 * ```ts
 * throw new ServiceError('not_found', `there is no profile ${id}`);
 * ```
 *
 * Each transport turns it into its own form (a status and `application/problem+json` over HTTP, a
 * status with details over gRPC) and its client rebuilds it: code, message, `retryable`,
 * `retryAfterMs` and `details` arrive as they left. The cause and the stack stay where they are.
 *
 * `instanceof` also holds for an error made by another copy of this package.
 */
export class ServiceError extends Error {
  /** Why the call failed. */
  readonly code: Code;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** How long to wait before trying again, in milliseconds; undefined where nobody said. */
  readonly retryAfterMs: number | undefined;
  /** Facts for the caller, as JSON; undefined where there are none. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Whether the call never reached whom it was for. Known to the caller alone: it does not travel. */
  readonly unsent: boolean;

  constructor(code: Code, message: string, options: ServiceErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? isRetryableByDefault(code);
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.unsent = options.unsent ?? false;
  }

  /**
   * Makes a ServiceError of anything that was thrown. The first of these that applies:
   *
   * 1. a ServiceError, itself or the nearest one in its chain of causes, is handed back as it is;
   * 2. an `AbortError` becomes `canceled`, a `TimeoutError` becomes `deadline_exceeded`;
   * 3. anything else becomes `internal` with a fixed text, so that no stack, path or SQL reaches a
   *    caller. The original is the `cause`.
   */
  static from(thrown: unknown): ServiceError {
    try {
      const recognized = findServiceError(thrown) ?? fromName(thrown);
      if (recognized !== undefined) return recognized;
    } catch {
      // It threw when it was looked at: a revoked proxy, a getter. It is still an error to report.
    }
    return new ServiceError('internal', 'internal error', { cause: thrown });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass keeps the ordinary rule: it is not every ServiceError.
    if (this !== ServiceError)
      return Object.prototype.isPrototypeOf.call(this.prototype, Object(value));
    return typeof value === 'object' && value !== null && brand in value;
  }
}

// On the prototype: every error has them, and none of them shows up when one is printed.
Object.defineProperties(ServiceError.prototype, {
  [brand]: { value: true },
  // Writable, for the subclasses that assign their own.
  name: { value: 'ServiceError', writable: true, configurable: true },
});

/** Whether a value is a {@link ServiceError}, and of this code where one is given. */
export function isServiceError(value: unknown, code?: Code): value is ServiceError {
  return value instanceof ServiceError && (code === undefined || value.code === code);
}

/** The error of a call whose deadline has passed. */
export function deadlineExceeded(options?: ServiceErrorOptions): ServiceError {
  return new ServiceError('deadline_exceeded', 'deadline exceeded', options);
}

function findServiceError(thrown: unknown): ServiceError | undefined {
  let error = thrown;
  for (let depth = 0; depth < maxCauses; depth++) {
    if (error instanceof ServiceError) return error;
    if (!(error instanceof Error)) return undefined;
    error = error.cause;
  }
  return undefined;
}

function fromName(thrown: unknown): ServiceError | undefined {
  const name = thrown instanceof Error ? thrown.name : undefined;
  if (name === 'AbortError')
    return new ServiceError('canceled', 'call canceled', { cause: thrown });
  return name === 'TimeoutError' ? deadlineExceeded({ cause: thrown }) : undefined;
}
