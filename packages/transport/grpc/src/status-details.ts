import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isRetryableByDefault, type ServiceError } from '@fairlead/endpoint';
import {
  type Issue,
  ownDomain,
  readBadRequest,
  readErrorInfo,
  readRetryInfo,
  writeBadRequest,
  writeErrorInfo,
  writeRetryInfo,
} from './error-details.ts';
import { messageOf, messagesOf, readFields, textOf } from './protobuf.ts';
import { type Json, type JsonObject, readStruct, writeStruct } from './struct.ts';

/** What an error carries in `grpc-status-details-bin` besides its code and message. */
export interface StatusDetails {
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Types of details, as their `type_url` ends. */
const retryInfo = 'google.rpc.RetryInfo';
const badRequest = 'google.rpc.BadRequest';
const errorInfo = 'google.rpc.ErrorInfo';
const struct = 'google.protobuf.Struct';

/** As base64, with the text beside it, below the 8 KiB of metadata that most peers accept. */
const maxBytes = 4 * 1024;

/** The first fields of a google.rpc.Status. Some clients read them here alone. */
interface StatusHead {
  readonly code: number;
  readonly details: string;
}

/**
 * The bytes of a google.rpc.Status, or undefined for an error whose code and message say it all.
 * Never throws: details that JSON cannot carry, or that are too long for metadata, are left out.
 */
export function encodeStatusDetails(error: ServiceError, head: StatusHead): Uint8Array | undefined {
  const facts = error.details && toJson(error.details);
  const isPlain =
    facts === undefined &&
    error.retryAfterMs === undefined &&
    error.retryable === isRetryableByDefault(error.code);
  if (isPlain) return undefined;
  const bytes = writeStatus(error, head, facts);
  return bytes.length <= maxBytes ? bytes : writeStatus(error, head, undefined);
}

function toJson(details: Readonly<Record<string, unknown>>): JsonObject | undefined {
  try {
    // Sound: what was parsed from an object's text is JSON; the object may say it is none (toJSON).
    const json = JSON.parse(JSON.stringify(details)) as Json;
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function writeStatus(
  error: ServiceError,
  { code, details }: StatusHead,
  facts: JsonObject | undefined,
): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(code);
  writer.tag(2, WireType.LengthDelimited).string(details);
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) writeDetail(writer, retryInfo, writeRetryInfo(retryAfterMs));
  if (error.retryable !== isRetryableByDefault(error.code)) {
    writeDetail(writer, errorInfo, writeErrorInfo(error));
  }
  if (facts !== undefined) {
    const issues = issuesOf(facts);
    if (issues.length > 0) writeDetail(writer, badRequest, writeBadRequest(issues));
    writeDetail(writer, struct, writeStruct(new BinaryWriter(), facts));
  }
  return writer.finish();
}

/** Adds a google.protobuf.Any. */
function writeDetail(writer: BinaryWriter, type: string, message: BinaryWriter): void {
  writer.tag(3, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${type}`);
  writer.tag(2, WireType.LengthDelimited).bytes(message.finish());
  writer.join();
}

function issuesOf({ issues }: JsonObject): Issue[] {
  if (!Array.isArray(issues)) return [];
  return issues.filter(isObject).flatMap(({ path, message }) => {
    return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [];
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the bytes of a google.rpc.Status. Never throws: what cannot be read is passed by. A foreign
 * server's details become `details` under names of JSON: a Struct its own, an ErrorInfo `reason`,
 * `domain` and `metadata`, a BadRequest `issues`.
 */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails {
  const found: Found = {};
  for (const any of attempt(() => messagesOf(readFields(bytes), 3)) ?? []) {
    attempt(() => readDetail(found, any));
  }
  const { retryable, retryAfterMs, foreign, struct } = found;
  // A Struct of ours has the issues too, and more exactly.
  const details = foreign || struct ? { ...foreign, ...struct } : undefined;
  return { retryable, retryAfterMs, details };
}

/** What the details of a status say, together. */
interface Found {
  retryable?: boolean | undefined;
  retryAfterMs?: number | undefined;
  struct?: JsonObject;
  foreign?: Readonly<Record<string, unknown>>;
}

function readDetail(found: Found, any: Uint8Array): void {
  const fields = readFields(any);
  const type = textOf(fields, 1).split('/').at(-1);
  const message = messageOf(fields, 2) ?? new Uint8Array();
  if (type === retryInfo) {
    found.retryAfterMs = readRetryInfo(message);
  } else if (type === struct) {
    found.struct = readStruct(message);
  } else if (type === badRequest) {
    found.foreign = { ...found.foreign, issues: readBadRequest(message) };
  } else if (type === errorInfo) {
    const info = readErrorInfo(message);
    if (info.domain === ownDomain) found.retryable = info.metadata['retryable'] === 'true';
    else found.foreign = { ...found.foreign, ...info };
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
