import { ServiceError } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';
import { httpHeaders, httpStatus } from '../status.ts';

const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** Whether HTTP says that a second request of this method does no more than the first (RFC 9110 §9.2.2). */
export function isIdempotent(method: string): boolean {
  // Most calls of services are this one: it is told apart at once.
  return method !== 'POST' && idempotentMethods.has(method);
}

/** The methods that a handler serves: `HEAD` comes with `GET`. Throws for what no parser would let through. */
export function acceptMethods(methods: readonly string[]): ReadonlySet<string> {
  const malformed = methods.find((method) => !/^[A-Z][A-Z-]*$/.test(method));
  if (malformed !== undefined || methods.length === 0) {
    const given = malformed === undefined ? 'none' : JSON.stringify(malformed);
    throw new TypeError(
      `methods must be HTTP methods in capitals, such as 'POST', but is ${given}`,
    );
  }
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}

/** The error of a request whose method is not served: 405 with the methods that are. */
export function methodRefused(method: string, methods: ReadonlySet<string>): ServiceError {
  const allow = allowed(methods);
  return Object.assign(
    new ServiceError('unimplemented', `method ${method} not allowed: use ${allow}`),
    {
      [httpStatus]: 405,
      [httpHeaders]: { allow },
    },
  );
}

/** The answer to `OPTIONS`: the methods that are served. */
export function allowReply(methods: ReadonlySet<string>): HttpReply {
  return { status: 204, headers: { allow: allowed(methods) }, body: undefined };
}

function allowed(methods: ReadonlySet<string>): string {
  return [...new Set(methods).add('OPTIONS')].join(', ');
}
