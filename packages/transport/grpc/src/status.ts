import { type Code, codes, isRetryableByDefault, ServiceError } from '@fairlead/endpoint';
import { Metadata } from '@grpc/grpc-js';
import { pushbackKey, statusDetailsKey } from './metadata.ts';
import { decodeStatusDetails, encodeStatusDetails } from './status-details.ts';

/** How a gRPC call ends: a grpc-js StatusObject whose metadata may be missing. */
export interface GrpcStatus {
  /** gRPC's number: 0 is OK, 5 is NOT_FOUND. */
  readonly code: number;
  /** The text for the caller. */
  readonly details: string;
  /** The trailers. */
  readonly metadata?: Metadata | undefined;
}

const numbers: ReadonlyMap<Code, number> = new Map(codes.map((code, index) => [code, index + 1]));

/** gRPC's number for a code: `not_found` is 5. */
export function statusOfCode(code: Code): number {
  return numbers.get(code) ?? 2;
}

/** The code for a status that is not OK; a number that gRPC does not know is `unknown`. */
export function codeOfStatus(status: number): Code {
  return codes[status - 1] ?? 'unknown';
}

/**
 * The status of an error, with all that a Fairlead client needs to rebuild it. Facts beside code and
 * message go as a google.rpc.Status, which every gRPC library can read, and `retryAfterMs` also as
 * `grpc-retry-pushback-ms`, which those that retry by themselves obey.
 */
export function statusOfError(error: ServiceError): GrpcStatus {
  const status = { code: statusOfCode(error.code), details: sendableText(error.message) };
  const bytes = encodeStatusDetails(error, status);
  if (bytes === undefined) return status;
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, Buffer.from(bytes));
  const pushback = pushbackOf(error);
  if (pushback !== undefined) metadata.set(pushbackKey, String(pushback));
  return { ...status, metadata };
}

/** What keeps any client of gRPC that retries by itself from coming too soon, or at all. */
function pushbackOf({ code, retryable, retryAfterMs }: ServiceError): number | undefined {
  if (!retryable) return isRetryableByDefault(code) ? -1 : undefined;
  if (retryAfterMs === undefined || !(retryAfterMs >= 0)) return undefined;
  return Math.min(Math.ceil(retryAfterMs), maxPushbackMs);
}

/** Clients read it into 32 bits. */
const maxPushbackMs = 2 ** 31 - 1;

/** The error of a status that is not OK. What grpc-js threw, where it did, becomes its cause. */
export function errorOfStatus(status: GrpcStatus): ServiceError {
  const bytes = status.metadata?.get(statusDetailsKey).at(-1);
  const carried = bytes instanceof Uint8Array ? decodeStatusDetails(bytes) : {};
  const cause = status instanceof Error ? { cause: status, unsent: isUnsent(status) } : {};
  return new ServiceError(codeOfStatus(status.code), status.details, { ...carried, ...cause });
}

/** grpc-js itself says so where no connection could be made; a server's status has metadata at least. */
function isUnsent({ code, details, metadata }: GrpcStatus): boolean {
  if (code !== statusOfCode('unavailable') || !noConnection.test(details)) return false;
  return metadata === undefined || Object.keys(metadata.toJSON()).length === 0;
}

const noConnection = /^(?:No connection established|Name resolution failed)/;

/** As the text is sent, percent-encoded: well below the 8 KiB of metadata that most peers accept. */
const maxTextLength = 2048;

/** A text that can be sent: grpc-js fails at half a surrogate pair, HTTP/2 at one that is too long. */
export function sendableText(text: string): string {
  let sendable = text.slice(0, maxTextLength).replace(loneSurrogate, '\ufffd');
  while (encodeURI(sendable).length > maxTextLength) {
    sendable = sendable
      .slice(0, Math.floor(sendable.length * 0.9))
      .replace(loneSurrogate, '\ufffd');
  }
  return sendable;
}

const loneSurrogate = /\p{Surrogate}/gu;
