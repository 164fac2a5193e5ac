// How many calls in a time.

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
