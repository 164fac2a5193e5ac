import {
  type Clock,
  type Context,
  checkNumber,
  type Random,
  ServiceError,
  systemClock,
} from '@fairlead/endpoint';
import type { Endpointer, Instance } from '@fairlead/sd';
import { type EjectionOptions, ejectionRules } from './ejection-rules.ts';
import { CallLease, type Lease } from './lease.ts';
import type { Node } from './node.ts';
import { peakEwma } from './policies/peak-ewma.ts';
import type { PolicyFactory } from './policy.ts';
import { quickRandom } from './quick-random.ts';
import { roster } from './roster.ts';

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
  /** Default: a generator of its own, seeded by the randomness of the process. */
  readonly random?: Random | undefined;
}

/** What a caller may say about a pick. */
export interface PickOptions {
  /** What should stay with one instance, for policies that hash: a user, a cache key. */
  readonly key?: string | undefined;
  /** Ids of instances to leave alone where there are others: those that have just failed. */
  readonly avoid?: ReadonlySet<string> | undefined;
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
  const { clock = systemClock, random = quickRandom(), policy: factory = peakEwma() } = options;
  const panicThreshold = checkNumber('panicThreshold', options.panicThreshold ?? 0.5, {
    min: 0,
    max: 1,
  });
  const rules = options.ejection === false ? undefined : ejectionRules(options.ejection ?? {});
  const policy = factory({ clock, random });
  const { seatOf, follow, ended, others, seats } = roster(
    endpointer,
    policy,
    rules,
    panicThreshold,
  );

  /** One that is not to be avoided: the policy's choice where it finds one soon, else any. */
  function another(now: number, { key, avoid }: PickOptions): Node | undefined {
    for (let tries = 0; tries < 2; tries++) {
      const node = policy.pick(now, key);
      if (!avoid?.has(node.instance.id)) return node;
    }
    const nodes = others(avoid);
    return nodes[Math.floor(random() * nodes.length)];
  }

  function pick(wishes?: PickOptions): Lease<T> {
    const now = clock.now();
    if (!follow(now)) throw noInstance(endpointer.current.error);
    let node = policy.pick(now, wishes?.key);
    if (wishes?.avoid?.has(node.instance.id)) node = another(now, wishes) ?? node;
    const seat = seatOf(node);
    // An endpointer closes what it no longer lists, or everything when it is closed itself.
    if (!seat.entry.acquire()) throw noInstance(endpointer.current.error);
    node.pending++;
    policy.started?.(node);
    return new CallLease(seat, now, clock, ended);
  }

  return {
    pick,
    async ready(ctx) {
      await endpointer.ready(ctx);
    },
    status() {
      follow(clock.now());
      return seats().map(({ entry, node, health }) => ({
        instance: entry.instance,
        pending: node.pending,
        ejected: health.isEjected,
        doubtful: entry.doubtful,
      }));
    },
  };
}

function noInstance(cause: ServiceError | undefined): ServiceError {
  return new ServiceError('unavailable', 'there is no instance to call', { cause, unsent: true });
}
