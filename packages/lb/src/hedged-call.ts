import {
  type Attempt,
  attempt,
  type CancelableContext,
  type Clock,
  type Context,
  discard,
  type Endpoint,
  isAsyncIterable,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import type { RetryBudget } from './retry-budget.ts';
import { type FailedAttempt, RetryError } from './retry-error.ts';
import { OwnTrail, trail } from './trail.ts';

/** The options of a hedge, checked and complete. */
export interface HedgeRules {
  readonly legs: number;
  readonly budget: RetryBudget | undefined;
  readonly idempotent: boolean | undefined;
  readonly clock: Clock;
  /** How long to wait before the next leg, in milliseconds. */
  delayMs(): number;
  /** Told of the latency of each answer. */
  seen(ms: number): void;
}

/** One leg of a call. */
interface Leg extends Attempt {
  readonly scoped: CancelableContext;
  readonly startedAt: number;
  readonly instance: string | undefined;
}

/** One call and its legs. A class, as the one object that every call needs. */
export class HedgedCall<Req, Res> {
  private readonly next: Endpoint<Req, Res>;
  private readonly request: Req;
  private readonly ctx: Context;
  private readonly rules: HedgeRules;
  private readonly trail = new OwnTrail();
  private readonly running = new Set<Leg>();
  private readonly failures: FailedAttempt[] = [];
  private started = 0;
  private isOver = false;
  /** Whether a server has asked to be left alone. */
  private isPushedBack = false;
  private stopTimer: () => void = () => {};
  private resolve: (response: Res | Promise<Res>) => void = () => {};
  private reject: (reason: unknown) => void = () => {};

  constructor(next: Endpoint<Req, Res>, request: Req, ctx: Context, rules: HedgeRules) {
    this.next = next;
    this.request = request;
    this.ctx = ctx;
    this.rules = rules;
  }

  answer(): Promise<Res> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.start();
    });
  }

  private start(): void {
    const { clock } = this.rules;
    const scoped = this.ctx.withCancel();
    const leg: { -readonly [Key in keyof Leg]: Leg[Key] } = {
      number: ++this.started,
      operation: undefined,
      sent: false,
      scoped,
      startedAt: clock.now(),
      instance: undefined,
    };
    this.running.add(leg);
    const response = this.next(this.request, scoped.with(attempt, leg).with(trail, this.trail));
    leg.instance = this.trail.takeLast();
    response.then(
      (value) => this.won(leg, value),
      (thrown: unknown) => this.lost(leg, thrown),
    );
    this.wait(leg);
  }

  /** Has the next leg follow in its time, if there may be one. */
  private wait(leg: Leg): void {
    const { clock, legs } = this.rules;
    this.stopTimer();
    if (this.started >= legs || !this.isIdempotent(leg)) return;
    this.stopTimer = clock.schedule(this.rules.delayMs(), () => {
      if (this.mayStart()) this.start();
    });
  }

  private isIdempotent({ operation }: Leg): boolean {
    return this.rules.idempotent ?? operation?.idempotent ?? false;
  }

  private mayStart(): boolean {
    if (this.isOver || this.isPushedBack || this.started >= this.rules.legs) return false;
    return this.ctx.error === undefined && this.rules.budget?.withdraw() !== false;
  }

  private won(leg: Leg, response: Res): void {
    if (this.isOver) {
      discard(response);
      leg.scoped[Symbol.dispose]();
      return;
    }
    const { clock } = this.rules;
    this.rules.seen(clock.now() - leg.startedAt);
    this.running.delete(leg);
    this.end();
    const letGo = (): void => leg.scoped[Symbol.dispose]();
    if (!isAsyncIterable(response)) letGo();
    this.resolve(isAsyncIterable(response) ? settle(Promise.resolve(response), letGo) : response);
  }

  private lost(leg: Leg, thrown: unknown): void {
    leg.scoped[Symbol.dispose]();
    this.running.delete(leg);
    if (this.isOver) return;
    const error = ServiceError.from(thrown);
    this.failures.push({ number: leg.number, instance: leg.instance, error });
    if (error.retryAfterMs !== undefined) this.isPushedBack = true;
    if (error.retryable && this.ctx.error === undefined) {
      if (this.isIdempotent(leg) && this.mayStart()) this.start();
      if (this.running.size > 0) return;
    }
    this.end();
    this.reject(this.failures.length === 1 ? thrown : new RetryError(error, this.failures));
  }

  /** Nothing more is started, and what still runs is canceled. */
  private end(): void {
    this.isOver = true;
    this.stopTimer();
    for (const { scoped } of this.running) {
      scoped.cancel(new ServiceError('canceled', 'another leg of the call has answered'));
    }
  }
}
