import { type Clock, systemClock } from '@fairlead/endpoint';
import { hasRedis, type Redis, startRedis } from '@fairlead/peers/redis';
import { fakeClock, type LimiterBinding, limiterConformance } from '@fairlead/testing';
import Bottleneck from 'bottleneck';
import { Redis as Client } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { bottleneck } from './bottleneck.ts';
import { delaying } from './delaying.ts';
import { erroring } from './erroring.ts';
import { keyed } from './keyed.ts';
import type { Limiter } from './limiter.ts';
import { redisLimiter } from './redis.ts';
import { tokenBucket } from './token-bucket.ts';

/** The vendors know no clock but that of the process. */
const real = {
  clock: systemClock,
  pass: (ms: number): Promise<void> =>
    new Promise((resolve) => void systemClock.schedule(ms, resolve)),
};

function own(make: (perSecond: number, burst: number, clock: Clock) => Limiter): LimiterBinding {
  return {
    burst: 5,
    everyMs: 100,
    refuses: true,
    waits: true,
    open() {
      const clock = fakeClock();
      const limiter = make(10, 5, clock);
      return {
        refusing: erroring(limiter),
        waiting: delaying(limiter),
        clock,
        pass: clock.advance,
      };
    },
  };
}

describe.each([
  ['tokenBucket', own((perSecond, burst, clock) => tokenBucket({ perSecond, burst, clock }))],
  [
    'tokenBucket, with tokens that cost ten',
    own((perSecond, burst, clock) =>
      tokenBucket({ perSecond: perSecond * 10, burst: burst * 10, cost: () => 10, clock }),
    ),
  ],
  [
    'keyed',
    own((perSecond, burst, clock) =>
      keyed({ key: () => 'one', make: () => tokenBucket({ perSecond, burst, clock }) }),
    ),
  ],
])('%s', (_name, binding) => {
  for (const { name, run } of limiterConformance(binding)) it(name, run);
});

describe('bottleneck', () => {
  // Its own timers and the date: on a busy machine a call begins later than it was let go, and two are then
  // closer than they were planned. This time goes on by itself, a millisecond at a time.
  beforeAll(() => void vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1 }));
  afterAll(() => void vi.useRealTimers());
  const cases = limiterConformance(
    {
      burst: 1,
      everyMs: 60,
      refuses: false,
      waits: true,
      // A timer of 0 ms, as the first job has one, takes 1.
      earlyMs: 1,
      open: () => ({ waiting: delaying(bottleneck(new Bottleneck({ minTime: 60 }))), ...real }),
    },
    {
      'fails at once where the wait would be beyond the deadline, and takes nothing':
        'bottleneck cannot say how long a wait will be',
      'gives the place of a call that ends to those behind it':
        'bottleneck takes no job back from its queue',
    },
  );
  for (const { name, run } of cases) it(name, run);
});

describe.skipIf(!hasRedis())('redisLimiter', () => {
  let redis: Redis;
  let client: Client;
  let scenes = 0;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ host: redis.host, port: redis.port });
  });
  afterAll(async () => {
    client.disconnect();
    await redis[Symbol.asyncDispose]();
  });
  const cases = limiterConformance(
    {
      burst: 5,
      everyMs: 2000,
      refuses: true,
      waits: false,
      earlyMs: 20,
      open() {
        const keyPrefix = `scene-${++scenes}`;
        const shared = new RateLimiterRedis({
          storeClient: client,
          points: 5,
          duration: 2,
          keyPrefix,
        });
        const limiter = redisLimiter(shared, { whenDown: 'closed', timeoutMs: 5000 });
        return { refusing: erroring(limiter), ...real };
      },
    },
    {
      'lets no more go in any time than its burst and what comes back':
        'it counts in fixed windows: twice as many may go around the end of one',
    },
  );
  for (const { name, run } of cases) it(name, run);
});
