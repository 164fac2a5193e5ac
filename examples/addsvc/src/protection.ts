import { type CircuitBreaker, gobreaker } from '@fairlead/circuitbreaker';
import { type Code, chain, isServiceError, type Middleware } from '@fairlead/endpoint';
import { erroring, tokenBucket } from '@fairlead/ratelimit';
import type { AddService } from './service.ts';

/** Whether the service is limited as Go kit's is: one sum a second, which is to be seen and not to be used. */
export type Limits = 'go-kit' | 'none';

/** What keeps a service from being asked for too much. */
export interface Protection {
  /** The service, behind its limiters and breakers. */
  protect(service: AddService): AddService;
  /** The breaker of each method. */
  readonly breakers: Readonly<Record<keyof AddService, CircuitBreaker>>;
}

/**
 * The limiter and the breaker of each method of Go kit's addsvc: the breaker outside of the limiter, so
 * that it counts what the limiter refuses. Six refused sums in a row open it for a minute.
 */
export function serverProtection(limits: Limits): Protection {
  const bursts = { sum: 1, concat: 100 };
  const breakers = { sum: gobreaker({ isSuccessful }), concat: gobreaker({ isSuccessful }) };
  const guard = (method: keyof AddService): Middleware =>
    chain(breakers[method].middleware, limiter(limits, bursts[method]));
  return protection(breakers, guard);
}

/** Those of Go kit's addcli: one limiter for both methods, and a breaker for each. */
export function clientProtection(): Protection {
  const breakers = {
    sum: gobreaker({ timeoutMs: 30_000, isSuccessful }),
    concat: gobreaker({ timeoutMs: 10_000, isSuccessful }),
  };
  const shared = limiter('go-kit', 100);
  return protection(breakers, (method) => chain(breakers[method].middleware, shared));
}

function protection(
  breakers: Readonly<Record<keyof AddService, CircuitBreaker>>,
  guard: (method: keyof AddService) => Middleware,
): Protection {
  return {
    protect: ({ sum, concat }) => ({ sum: guard('sum')(sum), concat: guard('concat')(concat) }),
    breakers,
  };
}

function limiter(limits: Limits, burst: number): Middleware {
  return erroring(tokenBucket({ perSecond: limits === 'none' ? Infinity : 1, burst }));
}

/** What is wrong with a request says nothing about the service: Go kit has it in the response. */
const faultsOfCallers: ReadonlySet<Code> = new Set(['invalid_argument', 'out_of_range']);

function isSuccessful(error: unknown): boolean {
  return isServiceError(error) && faultsOfCallers.has(error.code);
}
