import {
  type Clock,
  checkNumber,
  type Context,
  type Random,
  ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import type { Endpointer, EndpointSet, Entry, Instance } from '@fairlead/sd';
import { type EjectionOptions, ejection, Health } from './ejection.ts';
import { Node } from './node.ts';
import { outcomeOf } from './outcome.ts';
import { peakEwma } from './policies/peak-ewma.ts';
import type { PolicyFactory } from './policy.ts';

/** How a balancer chooses. */
export interface BalancerOptions {
  /** Default: {@link peakEwma}. */
  readonly policy?: PolicyFactory | undefined;
  /** When instances that do badly are left out for a while; `false` for never. Default: the rules of {@link EjectionOptions}. */
  readonly ejection?: EjectionOptions | false | undefined;
  /**
   * When fewer than this share of the instances that can be reached are in good health, all of them are
   * used: better some failures than the rest overloaded. From 0, never, to 1. Default 0.5.
   */
  readonly panicThreshold?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Default: the randomness of the process. */
  readonly random?: Random | undefined;
}

/** What a caller may say about a pick. */
export interface PickOptions {
  /** What should stay with one instance, for policies that hash: a user, a cache key. */
  readonly key?: string | undefined;
  /** Ids of instances to leave alone where there are others: those that have just failed. */
  readonly avoid?: ReadonlySet<string> | undefined;
}

/** The right to make one call to an instance. Whoever picked it must end it, once; a second end does nothing. */
export interface Lease<out T> {
  readonly instance: Instance;
  /** What the endpointer's factory made of the instance: an endpoint, or a whole client. */
  readonly value: T;
  /** The answer is there, if only the beginning of a stream: this is the latency that counts. Optional. */
  answered(): void;
  /** The call is over: with what it was rejected, or well. */
  end(thrown?: unknown): void;
}

/** How one instance is doing, for those who look. */
export interface InstanceStatus {
  readonly instance: Instance;
  readonly pending: number;
  /** Whether it is left out now. */
  readonly ejected: boolean;
  /** Whether the registry has stopped listing it, but may be wrong. */
  readonly doubtful: boolean;
}

/**
 * Picks one instance for each call, and learns from how the call ends. It holds no timer and no
 * subscription, so there is nothing to close: the endpointer is its owner's.
 */
export interface Balancer<out T> {
  /**
   * An instance for one call, at once. Throws `unavailable` where there is none: wait for
   * {@link ready} then. Never waits, does no I/O.
   */
  pick(options?: PickOptions): Lease<T>;
  /** Waits until there is an instance; rejects when the context ends. */
  ready(ctx: Context): Promise<void>;
  /** How every instance is doing now. */
  status(): readonly InstanceStatus[];
}

/**
 * A balancer over the instances of an endpointer.
 *
 * ```ts
 * const balancer = createBalancer(endpointer, { policy: peakEwma() });
 * const lease = balancer.pick();
 * ```
 *
 * Use {@link balanced} for an endpoint; a balancer of one's own is for what is not one.
 */
export function createBalancer<T>(
  endpointer: Endpointer<T>,
  options: BalancerOptions = {},
): Balancer<T> {
  const { clock = systemClock, random = systemRandom, policy: factory = peakEwma() } = options;
  const panicThreshold = checkNumber('panicThreshold', options.panicThreshold ?? 0.5, {
    min: 0,
    max: 1,
  });
  const policy = factory({ clock, random });
  let seen: EndpointSet<T> | undefined;
  let seats: ReadonlyMap<Entry<T>, Seat<T>> = new Map();
  const occupied = new Map<Node, Seat<T>>();
  const rules =
    options.ejection === false ? undefined : ejection(healths, options.ejection ?? {});

  function* healths(): Iterable<Health> {
    for (const { health } of seats.values()) yield health;
  }

  /** Follows the endpointer: what stays keeps all that is known about it. */
  function follow(current: EndpointSet<T>, now: number): void {
    seen = current;
    seats = new Map(current.entries.map((entry) => [entry, seats.get(entry) ?? newSeat(entry)]));
    choose(now);
  }

  /** Tells the policy among whom to choose. */
  function choose(now: number): void {
    const chosen = candidates([...seats.values()], panicThreshold);
    occupied.clear();
    for (const seat of seats.values()) occupied.set(seat.node, seat);
    if (chosen.length > 0) {
      const all = [...seats.values()].map(({ node }) => node);
      policy.update(chosen.map(({ node }) => node), now, all);
    }
  }

  function end(seat: Seat<T>, elapsedMs: number, thrown: unknown, now: number): void {
    const { node, entry, health } = seat;
    node.pending--;
    entry.release();
    const outcome = outcomeOf(thrown);
    policy.ended?.(node, elapsedMs, outcome, now);
    if (rules?.ended(health, outcome, now)) choose(now);
  }

  function pick({ key, avoid }: PickOptions = {}): Lease<T> {
    const now = clock.now();
    const { current } = endpointer;
    if (current !== seen) follow(current, now);
    else if (rules !== undefined && now >= rules.nextReturnAt && rules.refresh(now)) choose(now);
    if (seats.size === 0) throw noInstance();
    let node = policy.pick(now, key);
    if (avoid?.has(node.instance.id)) node = another(now, key, avoid) ?? node;
    // Sound: a policy picks one of the nodes that it was given.
    const seat = occupied.get(node) as Seat<T>;
    node.pending++;
    seat.entry.acquire();
    policy.started?.(node);
    return new CallLease(seat, now, clock, end);
  }

  /** One that is not to be avoided: the policy's choice where it finds one soon, else any. */
  function another(
    now: number,
    key: string | undefined,
    avoid: ReadonlySet<string>,
  ): Node | undefined {
    for (let tries = 0; tries < 2; tries++) {
      const node = policy.pick(now, key);
      if (!avoid.has(node.instance.id)) return node;
    }
    const others = candidates([...seats.values()], panicThreshold).filter(
      ({ node }) => !avoid.has(node.instance.id),
    );
    return others[Math.floor(random() * others.length)]?.node;
  }

  return {
    pick,
    ready: (ctx) => untilListed(endpointer, ctx),
    status: () =>
      [...seats.values()].map(({ entry, node, health }) => ({
        instance: entry.instance,
        pending: node.pending,
        ejected: health.ejectedUntil > -Infinity,
        doubtful: entry.doubtful,
      })),
  };
}

/** All that is known about one entry. */
interface Seat<T> {
  readonly entry: Entry<T>;
  readonly node: Node;
  readonly health: Health;
}

function newSeat<T>(entry: Entry<T>): Seat<T> {
  return { entry, node: new Node(entry.instance), health: new Health() };
}

/** A class, as the one object that every pick needs. */
class CallLease<T> implements Lease<T> {
  private readonly seat: Seat<T>;
  private readonly startedAt: number;
  private readonly clock: Clock;
  private readonly onEnd: (seat: Seat<T>, elapsedMs: number, thrown: unknown, now: number) => void;
  private answeredAt: number | undefined = undefined;
  private open = true;

  constructor(seat: Seat<T>, startedAt: number, clock: Clock, onEnd: CallLease<T>['onEnd']) {
    this.seat = seat;
    this.startedAt = startedAt;
    this.clock = clock;
    this.onEnd = onEnd;
  }

  get instance(): Instance {
    return this.seat.entry.instance;
  }

  get value(): T {
    return this.seat.entry.value;
  }

  answered(): void {
    this.answeredAt ??= this.clock.now();
  }

  end(thrown?: unknown): void {
    if (!this.open) return;
    this.open = false;
    const now = this.clock.now();
    this.onEnd(this.seat, (this.answeredAt ?? now) - this.startedAt, thrown, now);
  }
}

function noInstance(): ServiceError {
  return new ServiceError('unavailable', 'there is no instance to call', { unsent: true });
}

/** Resolves once the endpointer has an entry. */
function untilListed(endpointer: Endpointer<unknown>, ctx: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    let unsubscribe = (): void => {};
    const unlink = ctx.onAbort((error) => {
      unsubscribe();
      reject(error);
    });
    unsubscribe = endpointer.subscribe((set) => {
      if (set.entries.length === 0) return;
      unlink();
      // It may be told of a set before it knows how to leave.
      queueMicrotask(() => unsubscribe());
      resolve();
    });
    if (ctx.error !== undefined) unsubscribe();
  });
}
