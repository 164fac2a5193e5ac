import { failureOf, isAsyncIterable, ServiceError } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';
import { type HttpHeaders, httpHeaders, httpMarks, httpStatus } from '../status.ts';
import { problemReply } from './problem.ts';

/** The media type of JSON, as it is sent. */
export const jsonType = 'application/json; charset=utf-8';

/** The headers of a reply that has no others. */
export const jsonHeaders: HttpHeaders = { 'content-type': jsonType };
const noHeaders: HttpHeaders = {};

/**
 * A response as JSON, with the status and the headers that it carries under {@link httpStatus} and
 * {@link httpHeaders}. The status is 200 otherwise; `undefined` becomes an empty 204; a business
 * error inside the response (see `Failer`) becomes the reply of that error.
 */
export function jsonReply(response: unknown): HttpReply {
  if (isAsyncIterable(response)) throw notJson();
  const failed = failureOf(response);
  if (failed !== undefined) return problemReply(failed);
  const marks = httpMarks(response);
  const status = marks[httpStatus] ?? (response === undefined ? 204 : 200);
  const extra = marks[httpHeaders];
  if (status === 204 || response === undefined) {
    return { status, headers: extra ?? noHeaders, body: undefined };
  }
  const headers = extra === undefined ? jsonHeaders : { ...jsonHeaders, ...extra };
  return { status, headers, body: encodeJson(response) };
}

/** The JSON of a value, on one line. Throws where there is none. */
export function encodeJson(value: unknown): string {
  // Typed as a string, but of a function or a symbol there is no JSON.
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return text;
}

function notJson(): ServiceError {
  return new ServiceError(
    'internal',
    'a stream is no JSON: encode it with ndjsonReply(), eventStreamReply() or streamReply()',
  );
}
