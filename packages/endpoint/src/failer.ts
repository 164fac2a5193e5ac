import type { ServiceError } from './service-error.ts';

/**
 * Marks a business error that travels inside a response. A symbol, so that no codec writes it out
 * and no field of a message collides with it.
 */
export const failure: unique symbol = Symbol.for('fairlead.failure');

/**
 * A response that may say that the operation failed, while the call itself succeeded: for a wire
 * format with an error field in the message. Breakers and retries see a success; an encoder, a log
 * or a metric that cares asks {@link failureOf}.
 *
 * Where the wire format is yours to choose, reject with a {@link ServiceError} instead.
 */
export interface Failer {
  readonly [failure]?: ServiceError | undefined;
}

/** The business error inside a response; undefined where there is none. */
export function failureOf(response: unknown): ServiceError | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  // Sound: only the optional symbol is read, and any object may lack it.
  return (response as Failer)[failure];
}
