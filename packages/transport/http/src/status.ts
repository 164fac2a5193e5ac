import type { Code } from '@fairlead/endpoint';

/**
 * Put under this symbol into a response, or into an error that is thrown, a number becomes the HTTP
 * status: `return { ...profile, [httpStatus]: 201 }`. No codec writes it out.
 */
export const httpStatus: unique symbol = Symbol.for('fairlead.httpStatus');

/**
 * The same for headers: `{ ...profile, [httpHeaders]: { location: '/profiles/7' } }`. Those that are the
 * transport's own (lengths, framing, `connection` but for `close`, `grpc-…`) are left out; a name or a
 * value that would break the line is never sent, and the answer is a 500.
 */
export const httpHeaders: unique symbol = Symbol.for('fairlead.httpHeaders');

/** A response or an error that chooses its own status. */
export interface StatusCoder {
  readonly [httpStatus]?: number | undefined;
}

/** A response or an error that brings headers. */
export interface Headerer {
  readonly [httpHeaders]?: HttpHeaders | undefined;
}

/** Headers by lower-case name; several values go out as several lines. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

const statusByCode: Readonly<Record<Code, number>> = {
  canceled: 499,
  unknown: 500,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 403,
  resource_exhausted: 429,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  data_loss: 500,
  unauthenticated: 401,
};

/** The HTTP status of a code. */
export function statusOf(code: Code): number {
  return statusByCode[code];
}

const codeByStatus: Readonly<Record<number, Code>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'unimplemented',
  408: 'unavailable',
  409: 'aborted',
  410: 'not_found',
  412: 'failed_precondition',
  413: 'resource_exhausted',
  415: 'invalid_argument',
  416: 'out_of_range',
  422: 'invalid_argument',
  428: 'failed_precondition',
  429: 'resource_exhausted',
  431: 'resource_exhausted',
  499: 'canceled',
  500: 'internal',
  501: 'unimplemented',
  502: 'unavailable',
  503: 'unavailable',
  504: 'deadline_exceeded',
};

/** The code of a status that came without one, from a server that is not ours; `unknown` for the rest. */
export function codeOf(status: number): Code {
  return codeByStatus[status] ?? 'unknown';
}

/** What a response or an error says under {@link httpStatus} and {@link httpHeaders}. */
export function httpMarks(value: unknown): StatusCoder & Headerer {
  // Sound: both members are optional, so any object is one.
  return typeof value === 'object' && value !== null ? (value as StatusCoder & Headerer) : {};
}
