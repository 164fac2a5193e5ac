import { STATUS_CODES } from 'node:http';
import { isCode, ServiceError } from '@fairlead/endpoint';
import { parseJson } from './json.ts';
import type { HttpReply } from './reply.ts';
import { codeOf, httpHeaders, httpMarks, httpStatus, statusOf } from './status.ts';

/** A ServiceError over HTTP: RFC 9457's members, and ours beside them. */
interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The media type of an error's body. */
const problemType = 'application/problem+json';

/**
 * An error as `application/problem+json` (RFC 9457), with its `code` and what else a client needs to
 * rebuild it. `retryAfterMs` also goes out as `Retry-After`, in whole seconds and rounded up.
 */
export function problemReply(error: ServiceError): HttpReply {
  const marks = httpMarks(error);
  const { code, message: detail, retryable, retryAfterMs, details } = error;
  const status = marks[httpStatus] ?? statusOf(code);
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = {
    type: 'about:blank',
    title,
    status,
    detail,
    code,
    retryable,
    retryAfterMs,
    details,
  };
  const headers = { 'content-type': problemType, ...challenge(status), ...marks[httpHeaders] };
  const body = JSON.stringify(problem);
  if (retryAfterMs === undefined) return { status, headers, body };
  return {
    status,
    headers: { ...headers, 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    body,
  };
}

/** RFC 9110 asks every 401 to say how to do better; an error with a scheme of its own brings the header itself. */
function challenge(status: number): Readonly<Record<string, string>> {
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}

/** What came back: enough of it to rebuild an error. */
export interface FailedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * The error that a reply carries: the server's own, rebuilt, where the body is a problem with a
 * `code`; else one whose code is made of the status. Never fails, whatever the body is.
 */
export function problemError(reply: FailedReply): ServiceError {
  const problem = readProblem(reply);
  const { code, detail, retryable, retryAfterMs, details } = problem;
  return new ServiceError(
    isCode(code) ? code : codeOf(reply.status),
    typeof detail === 'string'
      ? detail
      : `HTTP ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`.trim(),
    {
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
      retryAfterMs: isDelay(retryAfterMs) ? retryAfterMs : retryAfter(reply.headers['retry-after']),
      details: isRecord(details) ? details : undefined,
    },
  );
}

function readProblem({ headers, body }: FailedReply): Readonly<Record<string, unknown>> {
  if (!String(headers['content-type']).startsWith(problemType)) return {};
  try {
    const problem = parseJson(body);
    return isRecord(problem) ? problem : {};
  } catch {
    return {};
  }
}

/** The milliseconds of a `Retry-After`, which is a number of seconds or a date. */
function retryAfter(text: string | string[] | undefined): number | undefined {
  if (typeof text !== 'string') return undefined;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
