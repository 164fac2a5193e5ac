import { type Code, isCode, ServiceError } from '@fairlead/endpoint';

/**
 * Put under this symbol into an error that is thrown on the server, a number becomes the `code` of
 * the answer: `Object.assign(new ServiceError('aborted', 'stale'), { [jsonrpcCode]: 4711 })`. The
 * specification leaves to applications what is outside -32768 to -32000.
 */
export const jsonrpcCode: unique symbol = Symbol.for('fairlead.jsonrpcCode');

/** The codes of the specification that are about the message, and not about what came of the call. */
export const parseError = -32_700;
export const invalidRequest = -32_600;

const methodNotFound = -32_601;
const invalidParams = -32_602;
const internalError = -32_603;
/** First of the range that is left to servers; `data.code` says which error it is. */
const serverError = -32_000;

const numbers: Readonly<Partial<Record<Code, number>>> = {
  unknown: internalError,
  invalid_argument: invalidParams,
  unimplemented: methodNotFound,
  internal: internalError,
};

/** The `code` of an answer with an error of this code: -32602, -32601, -32603, or -32000 for the rest. */
export function jsonrpcCodeOf(code: Code): number {
  return numbers[code] ?? serverError;
}

const codes: Readonly<Record<number, Code>> = {
  [parseError]: 'invalid_argument',
  [invalidRequest]: 'invalid_argument',
  [methodNotFound]: 'unimplemented',
  [invalidParams]: 'invalid_argument',
  [internalError]: 'internal',
};

/** The code of an answer of a server that is not ours; `unknown` for all that the specification does not define. */
export function codeOfJsonrpc(code: number): Code {
  return codes[code] ?? 'unknown';
}

/** The `error` member of an answer. */
export interface JsonrpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * A ServiceError over JSON-RPC. Its `data` is `{ code, retryable, retryAfterMs, details }`, of which the
 * client rebuilds it; the last two only where they are set.
 */
export function errorObject(error: ServiceError): JsonrpcErrorObject {
  const { code, message, retryable, retryAfterMs, details } = error;
  return {
    code: markOf(error) ?? jsonrpcCodeOf(code),
    message,
    data: { code, retryable, retryAfterMs, details },
  };
}

/** What an error says under {@link jsonrpcCode}; undefined where that is nothing, or no code. */
export function markOf(error: ServiceError): number | undefined {
  // Sound: only the optional symbol is read, and any object may lack it.
  const mark = (error as { readonly [jsonrpcCode]?: unknown })[jsonrpcCode];
  return Number.isSafeInteger(mark) ? Number(mark) : undefined;
}

/** An error about the message itself: it could not be read, or is no request. */
export function messageError(code: number, text: string, cause?: unknown): ServiceError {
  const error = new ServiceError('invalid_argument', text, { cause });
  return Object.assign(error, { [jsonrpcCode]: code });
}

/**
 * The error of an answer: the server's own, rebuilt, where `data` has its code; else one whose code is
 * made of the number, with that number and the foreign `data` in its details. Never fails.
 */
export function errorOf({ code: number, message, data }: JsonrpcErrorObject): ServiceError {
  const { code, retryable, retryAfterMs, details } = record(data) ?? {};
  if (!isCode(code)) {
    return new ServiceError(codeOfJsonrpc(number), message, {
      details: { jsonrpcCode: number, ...(data === undefined ? {} : { data }) },
    });
  }
  return new ServiceError(code, message, {
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: isDelay(retryAfterMs) ? retryAfterMs : undefined,
    details: record(details),
  });
}

/** A value as a JSON object; undefined where it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // Sound: whatever object it is, its members are unknown.
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
