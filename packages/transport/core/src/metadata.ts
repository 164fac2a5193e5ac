import { ServiceError } from '@fairlead/endpoint';

/**
 * The text beside a message: HTTP headers, gRPC metadata. A hook that needs no more than this works
 * on every transport. Names are case-insensitive; one with several values reads as `a, b`.
 */
export interface MetadataReader {
  /** The value of a name; undefined where there is none. */
  get(name: string): string | undefined;
}

/** Metadata that is still to be sent. */
export interface MetadataWriter extends MetadataReader {
  /**
   * Sets a name's only value. Throws a ServiceError of code `internal` for what must not be set: a
   * malformed name, a value with line breaks or other control characters, or a name that the
   * transport itself answers for (lengths, framing, status), so that no text from outside can
   * split a message or change what it means.
   */
  set(name: string, value: string): void;
}

const wellFormedName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
const wellFormedValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Names that belong to the transports: framing, connection, status and the deadline. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'connect-timeout-ms',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The lower-case name under which metadata may be sent, or a ServiceError that says why not. For
 * those who write a transport: every `set` of a {@link MetadataWriter} goes through this.
 */
export function checkMetadata(name: string, value: string): string {
  // Before the letters are lowered: the sign for kelvin would become a plain k.
  if (!wellFormedName.test(name)) throw refused(name, 'the name is malformed');
  const key = name.toLowerCase();
  if (reserved.has(key) || key.startsWith('grpc-')) throw refused(name, 'the transport sets it');
  if (!wellFormedValue.test(value))
    throw refused(name, 'the value has a character that cannot be sent');
  return key;
}

function refused(name: string, reason: string): ServiceError {
  return new ServiceError('internal', `metadata ${JSON.stringify(name)} refused: ${reason}`);
}
