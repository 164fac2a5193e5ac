import { ServiceError } from '@fairlead/endpoint';
import { httpStatus } from './status.ts';

/** The type of a `Content-Type`, in small letters and without its parameters; undefined where there is none. */
export function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}

/** The error of a body whose type is not the one that is wanted: 415, with the remedy. */
export function unsupportedType(remedy: string): ServiceError {
  const error = new ServiceError('invalid_argument', `unsupported content type: ${remedy}`);
  return Object.assign(error, { [httpStatus]: 415 });
}
