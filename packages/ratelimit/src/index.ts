// How many calls in a time.

export { type BottleneckLimiter, bottleneck } from './bottleneck.ts';
export { delaying } from './delaying.ts';
export { erroring } from './erroring.ts';
export { type KeyedOptions, keyed } from './keyed.ts';
export { peerAddress } from './peer-address.ts';
export {
  type AnsweredCall,
  type RateLimitHook,
  type RateLimitOptions,
  rateLimit,
} from './rate-limit.ts';
export {
  type FlexibleLimiter,
  type FlexibleResult,
  type RedisLimiterOptions,
  redisLimiter,
} from './redis.ts';
export { type TokenBucketOptions, tokenBucket } from './token-bucket.ts';

// For those who write limiters.

export { limitExceeded } from './limit-exceeded.ts';
export type {
  Allower,
  Decision,
  Limiter,
  LimitPolicy,
  MiddlewareFor,
  Turn,
  Waiter,
} from './limiter.ts';

// How many calls at once: concurrency/.

export {
  type AdaptiveLimitOptions,
  adaptiveLimit,
} from './concurrency/adaptive-limit.ts';
export {
  type AdaptiveThrottle,
  type AdaptiveThrottleOptions,
  adaptiveThrottle,
} from './concurrency/adaptive-throttle.ts';
export {
  type Bulkhead,
  type BulkheadOptions,
  bulkhead,
  type WaitingOrder,
} from './concurrency/bulkhead.ts';
export type { ConcurrencyLimit, EndedCall } from './concurrency/concurrency-limit.ts';
export {
  createLoopDelay,
  type LoopDelay,
  type LoopDelayOptions,
  type MeasuredLoopDelay,
} from './concurrency/loop-delay.ts';
export type { Priority } from './concurrency/priority.ts';
export {
  type ArrivedCall,
  type EndAdmitted,
  type Shedder,
  type ShedHooks,
  type ShedOptions,
  shed,
} from './concurrency/shed.ts';
