import {
  type Clock,
  checkNumber,
  type Middleware,
  type Random,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { guard } from './guard.ts';
import { listeners } from './listeners.ts';
import { Machine, type MachineRules } from './machine.ts';
import { equalJitter, type OpenTime } from './open-time.ts';
import { failureRatio } from './rules/failure-ratio.ts';
import { consecutiveFailures } from './rules/ready-to-trip.ts';
import type { TripRule } from './rules/trip-rule.ts';
import type { BreakerCounts, BreakerState, StateChange } from './state.ts';
import { type VerdictOptions, verdictOf } from './verdict.ts';

/** When a breaker opens, for how long, and what it takes to close it. */
export interface CircuitBreakerOptions extends VerdictOptions {
  /**
   * When it opens: one rule, or several, of which any will do.
   * Default: {@link consecutiveFailures} of 5, as Envoy and Finagle have it, or {@link failureRatio} of half
   * of at least ten calls within 10 s.
   */
  readonly trip?: TripRule | readonly TripRule[] | undefined;
  /**
   * How long it stays open, in milliseconds, or by a rule. Default: {@link equalJitter}, from 2.5 s to 5 s
   * and later up to 10 s.
   */
  readonly openMs?: number | OpenTime | undefined;
  /**
   * How many calls it then lets through to see whether all is well; it closes when so many have succeeded,
   * and opens again when one fails. Default 1.
   */
  readonly probes?: number | undefined;
  /**
   * How long it waits for its probes, in milliseconds; then the next calls are probes in their place, so that one
   * that hangs, or a stream that goes on and on, does not keep it half open. Default 10 000; `Infinity` for ever.
   */
  readonly probeTimeoutMs?: number | undefined;
  /**
   * How often a closed breaker begins to count at 0 again, in milliseconds. Default: never, as
   * {@link failureRatio} has a window that moves; for rules that see the counts alone.
   */
  readonly intervalMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Default: the randomness of the process. */
  readonly random?: Random | undefined;
}

/**
 * Refuses calls to somebody who fails, for a while, and then sees with a few whether all is well again. It holds no
 * timer and nothing else that would have to be closed: what is due is done when somebody calls or looks.
 */
export interface CircuitBreaker {
  /**
   * Guards endpoints, as many as are to stand and fall together: those of one instance, as a rule. A call
   * counts when it is over, a stream at its end; a stream that nobody reads never counts.
   *
   * While the breaker is open calls are rejected with `unavailable`, `circuit breaker is open`, and
   * `retryAfterMs`; half open, with `too many requests` beyond its probes. Both are `unsent`: a retry
   * elsewhere does nothing twice.
   */
  readonly middleware: Middleware;
  /**
   * What it does with calls now. To look at it takes it on where that is due, and tells those who
   * {@link subscribe}.
   */
  readonly state: BreakerState;
  /** What it has counted since it came into its state; a copy. */
  readonly counts: BreakerCounts;
  /**
   * Keeps it open, or closed, whatever calls do, until {@link reset}: to take somebody out by hand, or to switch the
   * breaker off. Calls under way go on. Forced closed it counts, and judges nothing.
   */
  force(as: 'open' | 'closed'): void;
  /** Closes it, with nothing counted, and lets it judge again. */
  reset(): void;
  /**
   * Calls `listener` at each change of {@link state}, when the breaker notices it and is in its new state already;
   * returns what takes that back. What a listener throws is an uncaught exception of the process, and harms no call.
   */
  subscribe(listener: (change: StateChange) => void): () => void;
}

/**
 * A circuit breaker.
 *
 * ```ts
 * const breaker = circuitBreaker();
 * const guarded = breaker.middleware(client.endpoint({ path: '/sum' }));
 * ```
 *
 * One guards one who may fail: an instance, a database, a partner. Around a balancer one bad instance would take
 * the whole service away; give each instance its own in the endpointer's factory instead.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const { add: subscribe, notify } = listeners<StateChange>();
  const rules = rulesOf(options);
  const machine = new Machine(rules, notify);
  return {
    middleware: guard(machine, rules),
    get state() {
      return machine.look();
    },
    get counts() {
      machine.look();
      return machine.generation.counts();
    },
    force(as) {
      machine.enter({ kind: 'forced', as });
    },
    reset() {
      machine.enter({ kind: 'closed' });
    },
    subscribe,
  };
}

/** Made once, as there may be a breaker for each of many keys. */
const defaultTrip: readonly TripRule[] = [
  /* @__PURE__ */ consecutiveFailures(5),
  /* @__PURE__ */ failureRatio(),
];
const defaultOpenTime: OpenTime = /* @__PURE__ */ equalJitter();

function rulesOf(options: CircuitBreakerOptions): MachineRules {
  const { clock = systemClock, random = systemRandom, openMs = defaultOpenTime } = options;
  const { trip = defaultTrip } = options;
  if (typeof openMs === 'number') checkNumber('openMs', openMs);
  const makers = typeof trip === 'function' ? [trip] : trip;
  return {
    tripwires: makers.map((make) => make({ clock })),
    verdictOf: verdictOf(options),
    openTime: typeof openMs === 'number' ? () => openMs : openMs,
    probes: checkNumber('probes', options.probes ?? 1, { min: 1, max: 1e6, integer: true }),
    probeTimeoutMs: checkNumber('probeTimeoutMs', options.probeTimeoutMs ?? 10_000, { min: 1 }),
    intervalMs: checkNumber('intervalMs', options.intervalMs ?? Infinity, { min: 1 }),
    clock,
    random,
  };
}
