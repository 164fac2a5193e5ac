import { isCode, ServiceError } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';
import { codeOf, httpHeaders, httpMarks, httpStatus, statusOf } from '../status.ts';
import { parseJson } from './json.ts';
import { reasonPhrases } from './reason-phrases.ts';

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
  const problem = problemOf(error);
  const { status, retryAfterMs } = problem;
  const marks = httpMarks(error);
  // The type last: no header that an error brings makes a page of its text.
  const headers = { ...challenge(status), ...marks[httpHeaders], 'content-type': problemType };
  const body = JSON.stringify(problem);
  if (!isDelay(retryAfterMs)) return { status, headers, body };
  return {
    status,
    headers: { ...headers, 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    body,
  };
}

/** The JSON of an error, on one line: the body of its reply, or its place in a stream. */
export function problemText(error: ServiceError): string {
  return JSON.stringify(problemOf(error));
}

function problemOf(error: ServiceError): Problem {
  const { code, message: detail, retryable, retryAfterMs, details } = error;
  const status = httpMarks(error)[httpStatus] ?? statusOf(code);
  const title = reasonPhrases[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail, code, retryable, retryAfterMs, details };
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
  return rebuilt(readProblem(reply), reply.status, reply.headers);
}

/** The error that a stream told where a message would be, in the words of {@link problemText}. */
export function problemInStream(text: string): ServiceError {
  let problem: unknown;
  try {
    problem = parseJson(Buffer.from(text));
  } catch {
    problem = { detail: clipped(text) };
  }
  const { status } = isRecord(problem) ? problem : {};
  return rebuilt(isRecord(problem) ? problem : {}, typeof status === 'number' ? status : 0, {});
}

/** Text of a server that is not ours may be of any length. */
function clipped(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`;
}

function rebuilt(
  problem: Readonly<Record<string, unknown>>,
  status: number,
  headers: FailedReply['headers'],
): ServiceError {
  const { code, detail, retryable, retryAfterMs, details } = problem;
  return new ServiceError(
    isCode(code) ? code : codeOf(status),
    typeof detail === 'string' ? detail : `HTTP ${status} ${reasonPhrases[status] ?? ''}`.trim(),
    {
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
      retryAfterMs: isDelay(retryAfterMs) ? retryAfterMs : retryAfter(headers),
      details: isRecord(details) ? details : undefined,
    },
  );
}

function readProblem({ headers, body }: FailedReply): Readonly<Record<string, unknown>> {
  if (!String(headers['content-type']).toLowerCase().startsWith(problemType)) return {};
  try {
    const problem = parseJson(body);
    return isRecord(problem) ? problem : {};
  } catch {
    return {};
  }
}

/**
 * The milliseconds of a `Retry-After`: a number of seconds, or a date, which counts from the reply's
 * own `Date`, since the two clocks need not agree.
 */
function retryAfter(headers: FailedReply['headers']): number | undefined {
  const text = headers['retry-after'];
  if (typeof text !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined) return seconds * 1000;
  const until = parseDate(text);
  return until === undefined
    ? undefined
    : Math.max(0, until - (parseDate(headers['date']) ?? Date.now()));
}

/** The milliseconds of HTTP's one current form of a date; `Date.parse` alone would make one of any text. */
function parseDate(text: string | string[] | undefined): number | undefined {
  if (typeof text !== 'string' || !/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text))
    return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
