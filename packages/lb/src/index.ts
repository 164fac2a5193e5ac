// For those who call.

export { type BalancedOptions, balanced } from './balanced.ts';
export {
  type BalancedClient,
  type BalancedClientOptions,
  balancedClient,
  type EndpointNames,
} from './balanced-client.ts';
export {
  type Balancer,
  type BalancerOptions,
  createBalancer,
  type InstanceStatus,
  type PickOptions,
} from './balancer.ts';
export type { EjectionOptions } from './ejection-rules.ts';
export { type HedgeOptions, type HedgePercentile, hedge } from './hedge.ts';
export type { Lease } from './lease.ts';
export type { Moment } from './moment.ts';
export { type LeastRequestOptions, leastRequest } from './policies/least-request.ts';
export { type MaglevOptions, maglev } from './policies/maglev.ts';
export { type PeakEwmaOptions, peakEwma } from './policies/peak-ewma.ts';
export { random } from './policies/random.ts';
export { rendezvous } from './policies/rendezvous.ts';
export { type RingHashOptions, ringHash } from './policies/ring-hash.ts';
export { roundRobin } from './policies/round-robin.ts';
export { type SlowStartOptions, slowStart } from './policies/slow-start.ts';
export { type SubsetOptions, subset } from './policies/subset.ts';
export { weightedRandom } from './policies/weighted-random.ts';
export { weightedRoundRobin } from './policies/weighted-round-robin.ts';
export { type ZoneAwareOptions, zoneAware } from './policies/zone-aware.ts';
export { type RetryOptions, retry } from './retry.ts';
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from './retry-budget.ts';
export type { RetryDecision } from './retry-decision.ts';
export { type FailedAttempt, RetryError } from './retry-error.ts';
export { routingKey } from './routing-key.ts';

// For those who write policies and middlewares.

export { Node } from './node.ts';
export { type Outcome, outcomeOf } from './outcome.ts';
export type { Policy, PolicyFactory, PolicySetup } from './policy.ts';
export { type Trail, trail } from './trail.ts';
