import { type BreakerBinding, breakerConformance, fakeClock } from '@fairlead/testing';
import { ConsecutiveBreaker, circuitBreaker as cockatielBreaker, handleWhen } from 'cockatiel';
import Opossum9 from 'opossum';
import Opossum10 from 'opossum10';
import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { circuitBreaker } from './circuit-breaker.ts';
import { cockatiel } from './cockatiel.ts';
import { gobreaker } from './gobreaker.ts';
import { opossum } from './opossum.ts';
import { countsAsFailure } from './verdict.ts';

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

const ours: BreakerBinding = {
  open() {
    const clock = fakeClock();
    const { middleware } = circuitBreaker({ clock, openMs: 1000 });
    return { middleware, pass: clock.advance };
  },
};

const afterGo: BreakerBinding = {
  open() {
    const clock = fakeClock();
    const { middleware } = gobreaker({
      clock,
      timeoutMs: 1000,
      readyToTrip: ({ consecutiveFailures }) => consecutiveFailures >= 5,
    });
    return { middleware, pass: clock.advance };
  },
};

const opossumOf = (Breaker: typeof Opossum9): BreakerBinding => ({
  open() {
    const breaker = new Breaker((run: () => Promise<unknown>) => run(), {
      errorThresholdPercentage: 1,
      volumeThreshold: 5,
      resetTimeout: 1000,
      errorFilter: (error) => !countsAsFailure(error),
    });
    return { middleware: opossum(breaker), pass, close: () => breaker.shutdown() };
  },
});

const cockatielBinding: BreakerBinding = {
  open() {
    const policy = cockatielBreaker(handleWhen(countsAsFailure), {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(5),
    });
    return { middleware: cockatiel(policy), pass };
  },
};

type Skips = Readonly<Record<string, string>>;

const countsAll = 'gobreaker counts every error';
const goSkips: Skips = {
  'does not count a request that was wrong, nor a caller who left': countsAll,
  'does not forget a row for what does not count': countsAll,
  'ends the call at the endpoint when the caller leaves': `${countsAll}; the call ends, and counts`,
  'is not closed by a probe whose caller left': `${countsAll}, so this one opens it`,
  'is not kept half open for ever by a probe that hangs': 'a probe of gobreaker has no deadline',
};

const byRate = 'opossum judges a rate over all calls of its window, open or closed in between';
const noGenerations = 'it judges a call by the state at its end, not at its beginning';
const filtered = 'an error that does not count is a success to it';
const silent = 'it does not say when it tries again';
const opossumSkips: Skips = {
  'begins to count a row anew at a success': byRate,
  'begins to count anew when it has closed': byRate,
  'does not let the late end of an earlier call close it': noGenerations,
  'does not let the late end of an earlier call open it': noGenerations,
  'is not closed by a probe whose caller left': filtered,
  'says how long to wait when it is open': silent,
};

const cockatielSkips: Skips = {
  'refuses at once what comes while its probe is under way': 'it makes others wait for the probe',
  'is not kept half open for ever by a probe that hangs': 'its probes have no deadline',
  'does not let the late end of an earlier call open it': noGenerations,
  'is not closed by a probe whose caller left': filtered,
  'says how long to wait when it is open': silent,
};

const subjects: readonly [name: string, binding: BreakerBinding, skips: Skips][] = [
  ['circuitBreaker', ours, {}],
  ['gobreaker', afterGo, goSkips],
  ['opossum 9', opossumOf(Opossum9), opossumSkips],
  ['opossum 10', opossumOf(Opossum10), opossumSkips],
  ['cockatiel', cockatielBinding, cockatielSkips],
];

describe.each(subjects)('%s', (_name, binding, skips) => {
  // Both libraries take their time from the process.
  beforeEach(
    () =>
      void vi.useFakeTimers({
        toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      }),
  );
  afterEach(() => void vi.useRealTimers());
  for (const { name, run } of breakerConformance(binding, skips)) it(name, run);
});
