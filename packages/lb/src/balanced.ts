import {
  type Context,
  checkNumber,
  type Endpoint,
  isAsyncIterable,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import type { Balancer } from './balancer.ts';
import type { Lease } from './lease.ts';
import { routingKey } from './routing-key.ts';
import { trail } from './trail.ts';

/** How one endpoint of many instances behaves. */
export interface BalancedOptions<Req> {
  /** What of a request should stay with one instance, for policies that hash. Default: the context's {@link routingKey}. */
  readonly key?: ((request: Req, ctx: Context) => string | undefined) | undefined;
  /**
   * How long a call waits for an instance where there is none, in milliseconds, and never longer than
   * its own deadline; then it fails with `unavailable`. Default 5000; 0 for not at all.
   */
  readonly waitMs?: number | undefined;
}

/**
 * One endpoint out of many: each call goes to the instance that the balancer picks, and the balancer
 * learns how it ended. A call counts until its stream is over; its latency is that of the opening.
 *
 * ```ts
 * const sum = balanced(balancer, (client) => client.sum);
 * ```
 *
 * One call is made to one instance: put `retry` around it for more. Where there is no instance the
 * call waits, and takes the first that comes.
 *
 * @param endpointOf finds the endpoint in what the endpointer's factory made: `(endpoint) => endpoint`
 *   where that is one
 */
export function balanced<T, Req, Res>(
  balancer: Balancer<T>,
  endpointOf: (value: T) => Endpoint<Req, Res>,
  options: BalancedOptions<Req> = {},
): Endpoint<Req, Res> {
  const waitMs = checkNumber('waitMs', options.waitMs ?? 5000);
  const { key } = options;

  function pick(request: Req, ctx: Context): Lease<T> {
    const visited = ctx.get(trail);
    const avoid = visited?.tried;
    const about = key === undefined ? ctx.get(routingKey) : key(request, ctx);
    // Most calls want nothing of their own, and need no object to say so.
    const wishes = avoid === undefined && about === undefined ? undefined : { key: about, avoid };
    const lease = balancer.pick(wishes);
    visited?.add(lease.instance.id, lease.picked);
    return lease;
  }

  return function call(request, ctx) {
    let lease: Lease<T>;
    try {
      lease = pick(request, ctx);
    } catch (error) {
      if (waitMs === 0 || !isAbsence(error)) return Promise.reject(error);
      return waiting(balancer, waitMs, ctx).then(() => made(pick(request, ctx), request, ctx));
    }
    return made(lease, request, ctx);
  };

  function made(lease: Lease<T>, request: Req, ctx: Context): Promise<Res> {
    let response: Promise<Res>;
    try {
      response = endpointOf(lease.value)(request, ctx);
    } catch (error) {
      lease.end(error);
      return Promise.reject(error);
    }
    return response.then(
      (value) => {
        if (!isAsyncIterable(value)) {
          lease.end();
          return value;
        }
        lease.answered();
        return settle(Promise.resolve(value), ({ error }) => lease.end(error));
      },
      (error: unknown) => {
        lease.end(error);
        throw error;
      },
    );
  }
}

/** Whether a pick failed because there is nobody to pick. */
function isAbsence(error: unknown): boolean {
  return error instanceof ServiceError && error.unsent;
}

async function waiting(balancer: Balancer<unknown>, waitMs: number, ctx: Context): Promise<void> {
  using scoped = ctx.withTimeout(waitMs);
  try {
    await balancer.ready(scoped);
  } catch (cause) {
    ctx.throwIfAborted();
    throw new ServiceError('unavailable', `no instance came within ${waitMs} ms`, {
      cause,
      unsent: true,
      // It was waited for already.
      retryable: false,
    });
  }
}
