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
