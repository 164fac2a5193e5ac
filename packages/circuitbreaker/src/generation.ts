import { isAsyncIterable, settle } from '@fairlead/endpoint';
import type { BreakerCounts } from './state.ts';
import type { Verdict } from './verdict.ts';

/** Who judges the end of a call. */
export interface Judge {
  /** What an error says. */
  verdictOf(error: unknown): Verdict;
  /** A call of a generation has ended, `elapsedMs` after its start where somebody wants to know. */
  ended(generation: Generation, verdict: Verdict, elapsedMs: number): void;
}

/**
 * The calls that a breaker has let through since it came into its state. A late one tells the generation that let it
 * through, and that is no longer the breaker's. A class, as the one hot object: its numbers change with each
 * call, and its two functions serve every call, so that none needs its own.
 */
export class Generation implements BreakerCounts {
  requests = 0;
  successes = 0;
  failures = 0;
  exclusions = 0;
  consecutiveSuccesses = 0;
  consecutiveFailures = 0;
  private readonly judge: Judge;

  constructor(judge: Judge) {
    this.judge = judge;
  }

  /** A call has its response. */
  readonly answered = <Res>(response: Res): Res | Promise<Res> => this.responded(response, 0);

  /** A call was rejected. */
  readonly rejected = (error: unknown): never => {
    this.judge.ended(this, this.judge.verdictOf(error), 0);
    throw error;
  };

  /** {@link answered}, where the time counts. */
  responded<Res>(response: Res, elapsedMs: number): Res | Promise<Res> {
    if (!isAsyncIterable(response)) {
      this.judge.ended(this, 'success', elapsedMs);
      return response;
    }
    return settle(Promise.resolve(response), ({ error }) => {
      const verdict = error === undefined ? 'success' : this.judge.verdictOf(error);
      this.judge.ended(this, verdict, elapsedMs);
    });
  }

  /** {@link rejected}, where the time counts. */
  failed(error: unknown, elapsedMs: number): never {
    this.judge.ended(this, this.judge.verdictOf(error), elapsedMs);
    throw error;
  }

  /** Adds the end of a call. */
  add(verdict: Verdict): void {
    if (verdict === 'success') {
      this.successes++;
      this.consecutiveSuccesses++;
      this.consecutiveFailures = 0;
    } else if (verdict === 'excluded') {
      this.exclusions++;
    } else {
      this.failures++;
      this.consecutiveSuccesses = 0;
      if (verdict === 'failure') this.consecutiveFailures++;
    }
  }

  /** The numbers as they are now, for those who look. */
  counts(): BreakerCounts {
    const { requests, successes, failures, exclusions, consecutiveSuccesses, consecutiveFailures } =
      this;
    return { requests, successes, failures, exclusions, consecutiveSuccesses, consecutiveFailures };
  }
}
