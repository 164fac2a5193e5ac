import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ServiceError } from '@fairlead/endpoint';
import { messageOf, messagesOf, numberOf, readFields, textOf } from './protobuf.ts';

/** What is wrong with a part of the request: an entry of `details.issues`. */
export interface Issue {
  /** Where: `/a/0`. Another server's may be of another form. */
  readonly path: string;
  readonly message: string;
}

/** Writes a google.rpc.RetryInfo. */
export function writeRetryInfo(retryAfterMs: number): BinaryWriter {
  const ms = Number.isFinite(retryAfterMs) ? Math.max(0, retryAfterMs) : 0;
  const seconds = Math.floor(ms / 1000);
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int64(seconds);
  const nanos = Math.min(Math.round((ms - seconds * 1000) * 1e6), 999_999_999);
  writer.tag(2, WireType.Varint).int32(nanos);
  return writer.join();
}

/** The milliseconds of a google.rpc.RetryInfo; undefined where it names none. */
export function readRetryInfo(bytes: Uint8Array): number | undefined {
  const delay = messageOf(readFields(bytes), 1);
  if (delay === undefined) return undefined;
  const duration = readFields(delay);
  const ms = (numberOf(duration, 1) ?? 0) * 1000 + (numberOf(duration, 2) ?? 0) / 1e6;
  return ms >= 0 ? ms : undefined;
}

/** Writes a google.rpc.BadRequest. */
export function writeBadRequest(issues: readonly Issue[]): BinaryWriter {
  const writer = new BinaryWriter();
  for (const { path, message } of issues) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(path);
    writer.tag(2, WireType.LengthDelimited).string(message);
    writer.join();
  }
  return writer;
}

/** The violations of a google.rpc.BadRequest. */
export function readBadRequest(bytes: Uint8Array): Issue[] {
  return messagesOf(readFields(bytes), 1).map((violation) => {
    const fields = readFields(violation);
    return { path: textOf(fields, 1), message: textOf(fields, 2) };
  });
}

/** A google.rpc.ErrorInfo. */
export interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The domain of our own ErrorInfo, which holds nothing but `retryable`. */
export const ownDomain = 'fairlead';

/** Writes a google.rpc.ErrorInfo that says whether an error may be tried again. */
export function writeErrorInfo({ code, retryable }: ServiceError): BinaryWriter {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(code.toUpperCase());
  writer.tag(2, WireType.LengthDelimited).string(ownDomain);
  writer.tag(3, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string('retryable');
  writer.tag(2, WireType.LengthDelimited).string(String(retryable));
  return writer.join();
}

/** Reads a google.rpc.ErrorInfo. */
export function readErrorInfo(bytes: Uint8Array): ErrorInfo {
  const fields = readFields(bytes);
  const metadata = messagesOf(fields, 3).map((entry): [string, string] => {
    const pair = readFields(entry);
    return [textOf(pair, 1), textOf(pair, 2)];
  });
  return {
    reason: textOf(fields, 1),
    domain: textOf(fields, 2),
    metadata: Object.fromEntries(metadata),
  };
}
