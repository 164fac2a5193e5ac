import {
  checkNumber,
  isAsyncIterable,
  type Middleware,
  type Random,
  settle,
  systemRandom,
} from '@fairlead/endpoint';
import { type Backoff, fullJitter } from '@fairlead/sd';
import { RetriedCall, type RetryRules } from './retried-call.ts';
import { type RetryBudget, retryBudget } from './retry-budget.ts';
import type { RetryDecision } from './retry-decision.ts';

/** When a call is tried again. */
export interface RetryOptions {
  /** How often it is tried in all, the first time included. Default 3. */
  readonly attempts?: number | undefined;
  /**
   * How long one try may take, in milliseconds, to the end of its stream where it answers with one.
   * Default: as long as the call. A try that takes longer may be followed by another.
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** How long the whole call may take, waits included, in milliseconds. Default: as long as its context. */
  readonly timeoutMs?: number | undefined;
  /** How long to wait before each retry. Default: {@link fullJitter}, from 25 ms to 1 s. */
  readonly backoff?: Backoff | undefined;
  /** The longest wait that a server may ask for, in milliseconds; one that asks for more has its error passed on. Default 30 000. */
  readonly maxRetryAfterMs?: number | undefined;
  /** How many retries all calls together may make. Default: one {@link retryBudget} for all that this retry decorates; `false` for no limit. */
  readonly budget?: RetryBudget | false | undefined;
  /**
   * Whether a second call does no more than the first. Default: what the operation says that was
   * called, as its client knows it; false for what is no client.
   */
  readonly idempotent?: boolean | undefined;
  /**
   * Decides in place of the rule, which is: an error that is `retryable`, or an `attemptTimeoutMs` that
   * has passed, if the call is idempotent; or any call that reached nobody. Neither is asked when the
   * caller's own context has ended, nor once a stream has brought a message.
   */
  readonly isRetryable?: ((decision: RetryDecision) => boolean) | undefined;
  /** Default: the randomness of the process. */
  readonly random?: Random | undefined;
}

/**
 * Tries a call again that has failed, where that can help and can do no harm.
 *
 * ```ts
 * const sum = retry({ attempts: 3, attemptTimeoutMs: 500 })(balanced(balancer, (client) => client.sum));
 * ```
 *
 * - Each try goes to another instance than those before it, where there is one.
 * - Before each it waits, longer each time and at random, or as long as the server asked; where that is
 *   longer than the call may take, it fails at once. A call that reached nobody is tried again at once.
 * - A budget keeps retries from multiplying the load of a service that fails altogether.
 * - A stream is tried again until its first message, and never after it. A call that sends a stream is
 *   never tried again: what was sent is gone.
 * - A call that was tried more than once fails with a {@link RetryError}, which has every error.
 *
 * Retry in one layer of a system alone: three layers of three tries are 27.
 */
export function retry(options: RetryOptions = {}): Middleware {
  const attempts = checkNumber('attempts', options.attempts ?? 3, { min: 1, integer: true });
  const attemptTimeoutMs = checkNumber('attemptTimeoutMs', options.attemptTimeoutMs ?? Infinity);
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? Infinity);
  const maxRetryAfterMs = checkNumber('maxRetryAfterMs', options.maxRetryAfterMs ?? 30_000);
  const {
    backoff = fullJitter({ baseMs: 25, maxMs: 1000 }),
    idempotent,
    random = systemRandom,
  } = options;
  const { isRetryable = isSafe } = options;
  const budget = options.budget === false ? undefined : (options.budget ?? retryBudget());

  const rules: RetryRules = {
    attempts,
    attemptTimeoutMs,
    maxRetryAfterMs,
    backoff,
    budget,
    idempotent,
    isRetryable,
    random,
  };

  return (next) =>
    function retried(request, ctx) {
      if (isAsyncIterable(request)) {
        budget?.deposit();
        return next(request, ctx);
      }
      if (timeoutMs === Infinity) return new RetriedCall(next, request, ctx, rules).attempt();
      const scoped = ctx.withTimeout(timeoutMs);
      const call = new RetriedCall(next, request, scoped, rules);
      return settle(call.attempt(), () => scoped[Symbol.dispose]());
    };
}

/** An error says of itself that trying again can help; it does no harm where nothing was done, or may be done twice. */
function isSafe({ error, idempotent, unsent, timedOut }: RetryDecision): boolean {
  return (error.retryable && (idempotent || unsent)) || (timedOut && idempotent);
}
