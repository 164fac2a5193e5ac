import { type Code, codes, ServiceError } from '@fairlead/endpoint';
import type { MetadataReader } from '../metadata.ts';
import type { Pack } from './serialisation.ts';

/** What a server answers: a message, or an error. */
export type Reply = { readonly message: unknown } | { readonly error: SentError };

/** A reply, and what stands beside it. */
export interface Answer {
  readonly reply: Reply;
  readonly metadata: MetadataReader;
}

/** An error as it would go over a wire: without its cause, its stack and its class. */
export type SentError = Pick<
  ServiceError,
  'code' | 'message' | 'retryable' | 'retryAfterMs' | 'details'
>;

/** The sendable part of an error. Throws where its details cannot be sent. */
export function sentError(error: ServiceError, pack: Pack): SentError {
  const { code, message, retryable, retryAfterMs } = error;
  // Sound: packing keeps the type.
  const details = pack(error.details, 'error.details') as SentError['details'];
  return { code, message, retryable, retryAfterMs, details };
}

/** The error of a reply, rebuilt. */
export function rebuilt({ code, message, ...options }: SentError): ServiceError {
  return new ServiceError(code, message, options);
}

/** The status of a call, with gRPC's numbers: 0 where it went well, 5 for `not_found`. */
export function statusOf(code: Code | undefined): number {
  return code === undefined ? 0 : codes.indexOf(code) + 1;
}
