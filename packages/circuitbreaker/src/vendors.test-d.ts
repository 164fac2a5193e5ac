import type { Middleware } from '@fairlead/endpoint';
import {
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import Opossum from 'opossum';
import Opossum10 from 'opossum10';
import { expectTypeOf } from 'vitest';
import { type CockatielPolicy, cockatiel } from './cockatiel.ts';
import { type OpossumBreaker, opossum } from './opossum.ts';

// The vendor's own objects fit.
const breaker = new Opossum((run: () => Promise<unknown>) => run());
expectTypeOf(breaker).toExtend<OpossumBreaker>();
expectTypeOf(opossum(breaker)).toEqualTypeOf<Middleware>();
opossum(new Opossum10((run: () => Promise<unknown>) => run(), { timeout: false }));
// @ts-expect-error One that has an action of its own does not run an endpoint.
opossum(new Opossum(async (url: string) => url));

expectTypeOf<CircuitBreakerPolicy>().toExtend<CockatielPolicy>();
const policy = circuitBreaker(handleAll, {
  halfOpenAfter: 5000,
  breaker: new ConsecutiveBreaker(5),
});
expectTypeOf(cockatiel(policy)).toEqualTypeOf<Middleware>();
cockatiel(wrap(retry(handleAll, { maxAttempts: 2 }), policy));
cockatiel(wrap(policy, timeout(500, TimeoutStrategy.Aggressive)));
// @ts-expect-error A rule of its own is no policy.
cockatiel(new ConsecutiveBreaker(5));
