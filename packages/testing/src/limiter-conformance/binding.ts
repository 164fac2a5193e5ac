import type { Clock, Middleware } from '@fairlead/endpoint';

/** A kind of limit on the rate of calls, as the suite examines it. */
export interface LimiterBinding {
  /** How many calls go at once, of those that {@link open} makes. */
  readonly burst: number;
  /** How long it takes until one more may go, or until all may, in milliseconds. */
  readonly everyMs: number;
  /** Whether it has `refusing`. */
  readonly refuses: boolean;
  /** Whether it has `waiting`. */
  readonly waits: boolean;
  /** How much sooner than it should a call may go, in milliseconds, for the timers of a real clock. Default 0. */
  readonly earlyMs?: number | undefined;
  /** Makes a limit that nobody has used. */
  open(): LimiterScene | Promise<LimiterScene>;
}

/** One limit, and the time that it lives in. */
export interface LimiterScene {
  /** Refuses calls at once; where the binding `refuses`. */
  readonly refusing?: Middleware | undefined;
  /** Makes calls wait; where the binding `waits`. */
  readonly waiting?: Middleware | undefined;
  /** The clock of deadlines. */
  readonly clock: Clock;
  /** Resolves when so many milliseconds have gone by. */
  pass(ms: number): Promise<void>;
  /** Releases what the scene holds. */
  close?(): Promise<void> | void;
}
