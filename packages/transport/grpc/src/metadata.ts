import { ServiceError } from '@fairlead/endpoint';
import { checkMetadata, type MetadataReader, type MetadataWriter } from '@fairlead/transport';
import { Metadata, type MetadataValue } from '@grpc/grpc-js';

/**
 * gRPC metadata that is still to be sent. `set` takes printable ASCII; under a name that ends in
 * `-bin` it takes, and `get` gives, bytes as base64 text.
 */
export interface GrpcMetadataWriter extends MetadataWriter {
  /**
   * The same metadata as grpc-js has it: for bytes as Buffers, and several values under one name.
   * Names that belong to the transport are refused here too, when the metadata is sent.
   */
  readonly raw: Metadata;
}

/** A {@link GrpcMetadataWriter} that makes no Metadata before something is written. */
export interface PendingMetadata extends GrpcMetadataWriter {
  /** What was written; undefined where nothing was. */
  readonly written: Metadata | undefined;
}

/** Makes metadata that is still to be sent. */
export function pendingMetadata(): PendingMetadata {
  let written: Metadata | undefined;
  const pending: PendingMetadata = {
    get written() {
      return written;
    },
    get raw() {
      written ??= new Metadata();
      return written;
    },
    get: (name) => readMetadata(name, written),
    set(name, value) {
      const key = checkMetadata(name, value);
      try {
        pending.raw.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
      } catch (cause) {
        throw new ServiceError('internal', `metadata ${JSON.stringify(name)} refused: ${limits}`, {
          cause,
        });
      }
    },
  };
  return pending;
}

const limits =
  'gRPC carries names of a-z 0-9 _ . - and values of printable ASCII; send other text as bytes, under a name that ends in -bin';

/** What was received, as text. Where several parts are given, their values are read in that order. */
export function metadataReader(...parts: readonly (Metadata | undefined)[]): MetadataReader {
  return { get: (name) => readMetadata(name, ...parts) };
}

function readMetadata(
  name: string,
  ...parts: readonly (Metadata | undefined)[]
): string | undefined {
  const values = parts.flatMap((part) => part?.get(name) ?? []);
  if (values.length === 0) return undefined;
  return values.map((value) => (isText(value) ? value : value.toString('base64'))).join(', ');
}

function isText(value: MetadataValue): value is string {
  return typeof value === 'string';
}

/** The facts of an error, a google.rpc.Status. */
export const statusDetailsKey = 'grpc-status-details-bin';

/** When a client of gRPC may try again by itself: milliseconds, or below 0 for never (gRFC A6). */
export const pushbackKey = 'grpc-retry-pushback-ms';

/** The reserved names that an error may carry. */
const ofErrors: ReadonlySet<string> = new Set([statusDetailsKey, pushbackKey]);

/**
 * Hands back metadata that may be sent, or throws a ServiceError of code `internal`: `raw` lets
 * everything in, and a name that HTTP/2 forbids would break the connection instead of the call.
 */
export function checkedMetadata(metadata: Metadata): Metadata {
  for (const name of Object.keys(metadata.toJSON())) {
    if (!ofErrors.has(name)) checkMetadata(name, '');
  }
  return metadata;
}

/** What an entry costs beside its text: as HTTP/2 counts it (RFC 9113, 6.5.2). */
const entryOverheadBytes = 32;

/** Refuses a call that brings more metadata than the server wants to handle. */
export function checkMetadataSize(metadata: Metadata, maxBytes: number): void {
  let bytes = 0;
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) bytes += name.length + value.length + entryOverheadBytes;
  }
  if (bytes > maxBytes) {
    throw new ServiceError(
      'resource_exhausted',
      `the metadata has ${bytes} bytes; at most ${maxBytes} are accepted`,
      { retryable: false },
    );
  }
}
