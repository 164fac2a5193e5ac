import { type Context, checkNumber, type Endpoint } from '@fairlead/endpoint';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.ts';

/** Which breaker a call has. */
export interface KeyedCircuitBreakerOptions<in Base> {
  /** The key of a call: a host, a tenant, a partner. A call without one passes by. It should not throw. */
  readonly key: (request: Base, ctx: Context) => string | undefined;
  /**
   * Makes the breaker of a key, and is where to subscribe to it. Default: {@link circuitBreaker} with its own
   * defaults.
   */
  readonly create?: ((key: string) => CircuitBreaker) | undefined;
  /**
   * How many breakers there are at most. One more takes the place of the one that was used longest ago.
   * Default 1000.
   */
  readonly max?: number | undefined;
}

/** A breaker for each key. */
export interface KeyedCircuitBreaker<in Base> {
  /**
   * Guards endpoints; a middleware where `key` takes any request. Calls of one key stand and fall together,
   * over all of them.
   */
  readonly middleware: KeyedMiddleware<Base>;
  /** How many breakers there are. */
  readonly size: number;
  /** The breaker of a key; made where there is none. */
  get(key: string): CircuitBreaker;
  /** Every breaker that there is, from the one that was used longest ago. */
  entries(): IterableIterator<readonly [key: string, breaker: CircuitBreaker]>;
}

/** Decorates every endpoint whose requests are of a kind, and keeps its shape. */
export interface KeyedMiddleware<in Base> {
  <Req extends Base, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res>;
}

/**
 * A circuit breaker for each key of calls, made when a key is first seen: for an endpoint behind which are
 * many who fail each on its own, and which no balancer tells apart.
 *
 * ```ts
 * const breakers = keyedCircuitBreaker({ key: ({ partner }: Order) => partner, max: 200 });
 * const send = breakers.middleware(client.endpoint({ path: '/orders' }));
 * ```
 *
 * Keys come from outside, so there are `max` breakers and no more. One that has to go is forgotten with all
 * it knew, be it open: calls under way go on, and count no more. Choose `max` beyond the number of keys that
 * are in use.
 */
export function keyedCircuitBreaker<Base = unknown>(
  options: KeyedCircuitBreakerOptions<Base>,
): KeyedCircuitBreaker<Base> {
  const { key: keyOf, create = () => circuitBreaker() } = options;
  const max = checkNumber('max', options.max ?? 1000, { min: 1, integer: true });
  // In the order of their last use.
  const breakers = new Map<string, CircuitBreaker>();

  function get(key: string): CircuitBreaker {
    let breaker = breakers.get(key);
    if (breaker === undefined) {
      breaker = create(key);
      if (breakers.size >= max) evict();
    } else {
      breakers.delete(key);
    }
    breakers.set(key, breaker);
    return breaker;
  }

  function evict(): void {
    const [oldest] = breakers.keys();
    if (oldest !== undefined) breakers.delete(oldest);
  }

  return {
    middleware<Req extends Base, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res> {
      // The guarded endpoint of each breaker, for as long as there is that breaker.
      const guarded = new WeakMap<CircuitBreaker, Endpoint<Req, Res>>();
      return function keyed(request, ctx) {
        const key = keyOf(request, ctx);
        if (key === undefined) return next(request, ctx);
        const breaker = get(key);
        let endpoint = guarded.get(breaker);
        if (endpoint === undefined) {
          endpoint = breaker.middleware(next);
          guarded.set(breaker, endpoint);
        }
        return endpoint(request, ctx);
      };
    },
    get size() {
      return breakers.size;
    },
    get,
    entries: () => breakers.entries(),
  };
}
