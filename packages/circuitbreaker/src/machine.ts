import type { Clock, Random } from '@fairlead/endpoint';
import { Generation, type Judge } from './generation.ts';
import type { OpenTime } from './open-time.ts';
import { refusals } from './refusals.ts';
import type { Tripwire } from './rules/trip-rule.ts';
import type { BreakerState, StateChange } from './state.ts';
import type { Verdict } from './verdict.ts';

/** The options of a breaker, checked and complete. */
export interface MachineRules {
  readonly tripwires: readonly Tripwire[];
  readonly verdictOf: (error: unknown) => Verdict;
  readonly openTime: OpenTime;
  readonly probes: number;
  readonly probeTimeoutMs: number;
  /** After how many milliseconds the counts of a closed breaker begin at 0 again; `Infinity` for never. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The states of a breaker and the ways between them. It holds no timer: what is due is done when somebody calls or
 * looks. A class, as the one hot object of a breaker.
 */
export class Machine implements Judge {
  /** Those whom the current state lets through. */
  generation: Generation;
  /** Whether the way is free whatever the time is, so that nobody need ask for a {@link refusal}. */
  isFree = false;
  readonly verdictOf: (error: unknown) => Verdict;
  private state: BreakerState = { kind: 'closed' };
  /** When the counts of a closed breaker begin anew, or, half open, when it has waited for its probes long enough. */
  private dueAt = Infinity;
  private readonly rules: MachineRules;
  private readonly onSuccess: readonly ((elapsedMs: number) => boolean)[];
  private readonly refuse = refusals();
  private readonly notify: (change: StateChange) => void;

  constructor(rules: MachineRules, notify: (change: StateChange) => void) {
    this.rules = rules;
    this.notify = notify;
    this.verdictOf = rules.verdictOf;
    this.onSuccess = rules.tripwires.flatMap((tripwire) =>
      tripwire.succeeded === undefined ? [] : [tripwire.succeeded.bind(tripwire)],
    );
    this.generation = new Generation(this);
    this.begin(rules.intervalMs === Infinity ? 0 : rules.clock.now());
  }

  /** The state, as of now. */
  look(): BreakerState {
    this.follow(this.rules.clock.now());
    return this.state;
  }

  /** What a call is refused with; undefined where it may go, and then it takes its place in {@link generation}. */
  refusal(): Promise<never> | undefined {
    const now = this.rules.clock.now();
    this.follow(now);
    const { state } = this;
    if (state.kind === 'open') return this.refuse.open(state.until, now);
    if (state.kind === 'forced' && state.as === 'open') return this.refuse.open(Infinity, now);
    if (state.kind === 'half_open') return this.probe(now);
    return undefined;
  }

  ended(generation: Generation, verdict: Verdict, elapsedMs: number): void {
    if (this.rules.intervalMs !== Infinity) this.follow(this.rules.clock.now());
    if (generation !== this.generation) return;
    generation.add(verdict);
    if (verdict === 'excluded') return;
    const { kind } = this.state;
    if (kind === 'closed') {
      if (this.isTripped(generation, verdict === 'success', elapsedMs)) this.trip();
    } else if (kind === 'half_open') {
      if (verdict !== 'success') this.trip();
      else if (generation.consecutiveSuccesses >= this.rules.probes) this.enter({ kind: 'closed' });
    }
  }

  /** Goes into a state, and begins to count anew. */
  enter(state: BreakerState): void {
    const from = this.state;
    const counts = this.generation.counts();
    const at = this.rules.clock.now();
    this.state = state;
    this.generation = new Generation(this);
    if (state.kind === 'closed') for (const tripwire of this.rules.tripwires) tripwire.reset?.();
    this.begin(at);
    if (!isSame(from, state)) this.notify({ from, to: state, counts, at });
  }

  private isTripped(generation: Generation, isSuccess: boolean, elapsedMs: number): boolean {
    let tripped = false;
    // Every rule sees every call, so none may be left out where an earlier one has made up its mind.
    if (isSuccess) {
      for (const succeeded of this.onSuccess) tripped = succeeded(elapsedMs) || tripped;
    } else {
      for (const tripwire of this.rules.tripwires) {
        tripped = tripwire.failed(generation, elapsedMs) || tripped;
      }
    }
    return tripped;
  }

  private trip(): void {
    const { openTime, random, clock } = this.rules;
    const trips = this.state.kind === 'half_open' ? this.state.trips + 1 : 1;
    this.enter({ kind: 'open', until: clock.now() + openTime(trips, random), trips });
  }

  /** Does what is due. */
  private follow(now: number): void {
    const { state } = this;
    if (state.kind === 'open') {
      if (now > state.until) this.enter({ kind: 'half_open', trips: state.trips });
    } else if (state.kind === 'closed' && now > this.dueAt) {
      this.generation = new Generation(this);
      for (const tripwire of this.rules.tripwires) tripwire.reset?.();
      this.begin(now);
    }
  }

  /** Lets a call go as a probe where there is room, or where those that took it have had their time. */
  private probe(now: number): Promise<never> | undefined {
    const { probes, probeTimeoutMs } = this.rules;
    const { requests, exclusions } = this.generation;
    if (requests - exclusions >= probes) {
      if (now < this.dueAt) return this.refuse.tooMany(now);
      this.generation = new Generation(this);
    }
    this.dueAt = now + probeTimeoutMs;
    return undefined;
  }

  private begin(now: number): void {
    const { kind } = this.state;
    const { intervalMs } = this.rules;
    this.dueAt = kind === 'closed' ? now + intervalMs : Infinity;
    this.isFree =
      (kind === 'closed' && intervalMs === Infinity) ||
      (this.state.kind === 'forced' && this.state.as === 'closed');
  }
}

/** Whether nothing has changed for those who call. */
function isSame(from: BreakerState, to: BreakerState): boolean {
  if (from.kind === 'forced' && to.kind === 'forced') return from.as === to.as;
  return from.kind === to.kind;
}
