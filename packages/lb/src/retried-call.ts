import {
  type Attempt,
  attempt as attemptKey,
  type Context,
  type Endpoint,
  isAsyncIterable,
  type Random,
  type ScopedContext,
  ServiceError,
} from '@fairlead/endpoint';
import { type Backoff, pause } from '@fairlead/sd';
import type { RetryBudget } from './retry-budget.ts';
import type { RetryDecision } from './retry-decision.ts';
import { type FailedAttempt, RetryError } from './retry-error.ts';
import { OwnTrail, trail as trailKey } from './trail.ts';

/** The options of a retry, checked and complete. */
export interface RetryRules {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly maxRetryAfterMs: number;
  readonly backoff: Backoff;
  readonly budget: RetryBudget | undefined;
  readonly idempotent: boolean | undefined;
  readonly isRetryable: (decision: RetryDecision) => boolean;
  readonly random: Random;
}

/** One try: what the client said of it, and the context that it has for itself, if any. */
interface Try extends Attempt {
  readonly scoped: ScopedContext | undefined;
}

/** One call and its tries. A class, as the one object that every call needs. */
export class RetriedCall<Req, Res> {
  private readonly next: Endpoint<Req, Res>;
  private readonly request: Req;
  private readonly ctx: Context;
  private readonly rules: RetryRules;
  private readonly trail = new OwnTrail();
  private readonly failures: FailedAttempt[] = [];
  private number = 0;

  constructor(next: Endpoint<Req, Res>, request: Req, ctx: Context, rules: RetryRules) {
    this.next = next;
    this.request = request;
    this.ctx = ctx;
    this.rules = rules;
  }

  /** The next try, and those that follow if it fails. */
  attempt(): Promise<Res> {
    const { attemptTimeoutMs } = this.rules;
    const scoped =
      attemptTimeoutMs === Infinity ? undefined : this.ctx.withTimeout(attemptTimeoutMs);
    const current: Try = { number: ++this.number, operation: undefined, sent: false, scoped };
    const ctx = (scoped ?? this.ctx).with(attemptKey, current).with(trailKey, this.trail);
    const response = this.next(this.request, ctx);
    // Not before it, for where it was balanced the moment is known now.
    if (current.number === 1) this.rules.budget?.deposit(this.trail.picked);
    return response.then(
      (response) => {
        if (isAsyncIterable(response)) return this.untilFirst(response, current);
        scoped?.[Symbol.dispose]();
        return response;
      },
      (thrown: unknown) => this.after(thrown, current),
    );
  }

  private async after(thrown: unknown, failed: Try): Promise<Res> {
    await this.prepare(thrown, failed);
    return await this.attempt();
  }

  /** Waits until another try may begin; throws what the call fails with where none may. */
  private async prepare(thrown: unknown, failed: Try): Promise<void> {
    const { attempts, isRetryable, budget, idempotent } = this.rules;
    const { number, operation, sent, scoped } = failed;
    const timedOut = scoped?.error?.code === 'deadline_exceeded';
    scoped?.[Symbol.dispose]();
    const error = ServiceError.from(thrown);
    this.failures.push({ number, instance: this.trail.takeLast(), error });
    if (this.ctx.error !== undefined) throw this.failure(thrown, this.ctx.error);

    const decision: RetryDecision = {
      error,
      number,
      idempotent: idempotent ?? operation?.idempotent ?? false,
      unsent: error.unsent && !sent,
      timedOut,
    };
    if (number >= attempts || !isRetryable(decision)) throw this.failure(thrown, error);
    const waitMs = this.waitMs(decision);
    if (waitMs >= this.ctx.remainingMs() || budget?.withdraw() === false) {
      throw this.failure(thrown, error);
    }
    if (waitMs > 0) await pause(waitMs, this.ctx);
    if (this.ctx.error !== undefined) throw new RetryError(this.ctx.error, this.failures);
  }

  /** `Infinity` where the server asks for more than it may. */
  private waitMs({ error: { retryAfterMs }, number, unsent }: RetryDecision): number {
    const { backoff, random, maxRetryAfterMs } = this.rules;
    if (retryAfterMs !== undefined) {
      if (retryAfterMs > maxRetryAfterMs) return Infinity;
      return Math.max(retryAfterMs, backoff(number, random));
    }
    // Nobody was there who could be overloaded.
    return unsent ? 0 : backoff(number, random);
  }

  /** What the call fails with: of a single try what it threw, as it is. */
  private failure(thrown: unknown, final: ServiceError): unknown {
    return this.failures.length === 1 ? thrown : new RetryError(final, this.failures);
  }

  /** A stream that is replaced by that of another try while it has brought nothing. */
  private untilFirst<Stream extends AsyncIterable<unknown>>(stream: Stream, current: Try): Stream {
    const { scoped } = current;
    const retried: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => {
        let iterator = stream[Symbol.asyncIterator]();
        let isCommitted = false;
        return {
          next: async () => {
            try {
              const result = await iterator.next();
              isCommitted = true;
              if (result.done) scoped?.[Symbol.dispose]();
              return result;
            } catch (thrown) {
              if (isCommitted) {
                scoped?.[Symbol.dispose]();
                throw thrown;
              }
              isCommitted = true;
              // Sound: the endpoint answers with streams. What it answers now looks after itself.
              const again = (await this.after(thrown, current)) as AsyncIterable<unknown>;
              iterator = again[Symbol.asyncIterator]();
              return await iterator.next();
            }
          },
          return: async (value?: unknown) => {
            scoped?.[Symbol.dispose]();
            return (await iterator.return?.(value)) ?? { done: true, value };
          },
        };
      },
    };
    // Sound: an endpoint that streams is typed by `AsyncIterable` alone, and that is what this is.
    return retried as Stream;
  }
}
