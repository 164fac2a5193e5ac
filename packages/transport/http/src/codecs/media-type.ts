import { ServiceError } from '@fairlead/endpoint';
import { httpStatus } from '../status.ts';

/** The type of a `Content-Type`, in small letters and without its parameters; undefined where there is none. */
export function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}

/** The error of a body whose type is not the one that is wanted: 415, with the remedy. */
export function unsupportedType(remedy: string): ServiceError {
  const error = new ServiceError('invalid_argument', `unsupported content type: ${remedy}`);
  return Object.assign(error, { [httpStatus]: 415 });
}

/** A body needs no type to be JSON, as Go's clients send it, but one that says it is something else is refused. */
export function checkJsonType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === 'application/json') return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const isJson = /^application\/(?:[\w.-]+\+)?json$/.test(type.trim());
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((p) => p.startsWith('charset='));
  if (isJson && (charset === undefined || /^charset="?utf-8"?$/.test(charset))) return;
  throw unsupportedType('send application/json in UTF-8');
}
