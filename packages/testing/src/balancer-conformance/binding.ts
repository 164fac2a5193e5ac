import type { Clock, Random } from '@fairlead/endpoint';
import type { Balancer } from '@fairlead/lb';
import type { Endpointer } from '@fairlead/sd';

/** A kind of balancer, as the suite examines it. */
export interface BalancerBinding {
  /** Makes a balancer over the entries of an endpointer. */
  create<T>(endpointer: Endpointer<T>, setup: BalancerSetup): Balancer<T>;
  /** Whether an instance of twice the weight gets twice the calls. */
  readonly weighs: boolean;
  /** Whether calls with the same key stay with one instance. */
  readonly keeps: boolean;
  /**
   * How far from its fair share of calls without a key an instance may be, as a part of it, beside what
   * chance does. Default 0.
   */
  readonly unevenness?: number | undefined;
}

/** The time and the chance of a scene. */
export interface BalancerSetup {
  readonly clock: Clock;
  readonly random: Random;
}
