import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { ServiceError } from '@fairlead/endpoint';
import {
  checkMetadata,
  formatConnectTimeout,
  formatGrpcTimeout,
  type MetadataReader,
  type MetadataWriter,
  parseConnectTimeout,
  parseGrpcTimeout,
} from '@fairlead/transport';

/** Headers that came, as metadata. */
export function headerReader(headers: IncomingHttpHeaders): MetadataReader {
  return {
    get(name) {
      const key = name.toLowerCase();
      const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

/** Headers that are still to be sent with a reply. */
export function responseHeaderWriter(response: ServerResponse): MetadataWriter {
  return {
    get(name) {
      const value = response.getHeader(name);
      return value === undefined ? undefined : [value].flat().join(', ');
    },
    set(name, value) {
      response.setHeader(checkMetadata(name, value), value);
    },
  };
}

/** Headers that are still to be sent with a request. */
export function requestHeaderWriter(headers: Record<string, string>): MetadataWriter {
  return {
    get: headerReader(headers).get,
    set(name, value) {
      headers[checkMetadata(name, value)] = value;
    },
  };
}

/**
 * The milliseconds that the caller allows, the least of `connect-timeout-ms` and `grpc-timeout`;
 * undefined where neither is there. Throws `invalid_argument` for one that cannot be read: a caller
 * who cares about time must not get an unlimited call.
 */
export function readTimeoutMs(headers: IncomingHttpHeaders): number | undefined {
  const connect = headers['connect-timeout-ms'];
  const grpc = headers['grpc-timeout'];
  if (connect === undefined && grpc === undefined) return undefined;
  return Math.min(
    readOne('connect-timeout-ms', connect, parseConnectTimeout),
    readOne('grpc-timeout', grpc, parseGrpcTimeout),
  );
}

function readOne(
  name: string,
  text: string | string[] | undefined,
  parse: (text: string) => number | undefined,
): number {
  if (text === undefined) return Infinity;
  const ms = parse(String(text));
  if (ms === undefined) throw new ServiceError('invalid_argument', `malformed header ${name}`);
  return ms;
}

/** The time that is left, under both names that servers know; nothing where it has no end. */
export function writeDeadline(headers: OutgoingHttpHeaders, remainingMs: number): void {
  if (remainingMs === Infinity) return;
  headers['connect-timeout-ms'] = formatConnectTimeout(remainingMs);
  headers['grpc-timeout'] = formatGrpcTimeout(remainingMs);
}
