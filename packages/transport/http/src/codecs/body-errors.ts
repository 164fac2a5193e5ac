import { ServiceError } from '@fairlead/endpoint';
import { type ContentCoding, contentCodings } from '../compression/content-coding.ts';
import { httpHeaders, httpStatus } from '../status.ts';

/** The error of a request whose body is larger than it may be: 413. */
export function tooLarge(maxBytes: number): ServiceError {
  return Object.assign(
    new ServiceError('resource_exhausted', `the body is larger than ${maxBytes} bytes`, {
      retryable: false,
    }),
    // What is left of the body will not be read, so the connection cannot be used again.
    { [httpStatus]: 413, [httpHeaders]: { connection: 'close' } },
  );
}

/** The error of a request whose sender left before its body had come. */
export function hungUp(cause?: unknown): ServiceError {
  return new ServiceError('canceled', 'the client hung up while sending its request', { cause });
}

/** The error of a request whose body is compressed as nobody here can read it: 415, with what can be read (RFC 9110 §15.5.16). */
export function unsupportedCoding(
  readable: readonly ContentCoding[] = contentCodings,
): ServiceError {
  const known = readable.join(', ');
  const remedy = known === '' ? 'send the body as it is' : `send one of ${known}, or none`;
  return Object.assign(
    new ServiceError('invalid_argument', `unsupported content coding: ${remedy}`),
    { [httpStatus]: 415, [httpHeaders]: { 'accept-encoding': known || 'identity' } },
  );
}

/** The error of a request whose body is not compressed as it says, or was cut off. */
export function corrupt(coding: ContentCoding, cause: Error): ServiceError {
  return new ServiceError('invalid_argument', `the body is not valid ${coding}`, { cause });
}

/** The error of a body that somebody else has read. */
export function consumed(): ServiceError {
  return new ServiceError(
    'internal',
    'the body has been read already: mount the handler before what reads it, or keep what that parsed in request.body',
  );
}
