import { type Context, checkNumber } from '@fairlead/endpoint';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { messageCheck, type StreamDecoder, type StreamedMessage } from './body.ts';
import { streamCodec } from './codec.ts';
import { DecodedStream } from './decoded-stream.ts';
import { NdjsonParser } from './ndjson-parser.ts';
import { checkStreamType } from './type.ts';

/** Limits of newline-delimited JSON that is read. */
export interface NdjsonBodyOptions {
  /**
   * The longest line, in bytes. Default: what the handler allows a body (`maxBodyBytes`), or the
   * client a reply (`maxResponseBytes`). A longer one is `resource_exhausted`.
   */
  readonly maxLineBytes?: number | undefined;
  /** How much may come in all, in bytes. Default: no limit. More is `resource_exhausted`. */
  readonly maxTotalBytes?: number | undefined;
  /** The deepest nesting of a message. Default: what the handler allows a body (`maxJsonDepth`), 64 in a reply. */
  readonly maxJsonDepth?: number | undefined;
}

/** The first is what is asked for. */
const ndjsonTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
] as const;

/**
 * Decodes newline-delimited JSON as it comes, for the `decode` of a handler that takes a stream of
 * requests, or of a client's endpoint that answers with a stream.
 *
 * - `ndjsonBody(schema)` checks each message with any Standard Schema; `ndjsonBody<T>()` takes the
 *   sender's word that it is a `T`.
 * - The sender is read no faster than the messages are. Leaving the loop gives the rest up: a client
 *   aborts its request; a server answers, reads at most a megabyte more, and closes the connection.
 * - A line that is no JSON, or not valid to the schema, ends the stream with `invalid_argument` on
 *   the server, `internal` on the client. CRLF, blank lines, a byte order mark and a last line
 *   without its end are fine.
 * - An error that the server's stream met comes as the same ServiceError; a reply that breaks off is
 *   `unavailable`, never a normal end.
 */
export function ndjsonBody<Schema extends StandardSchemaV1>(
  schema: Schema,
  options?: NdjsonBodyOptions,
): StreamDecoder<StreamedMessage, StandardSchemaV1.InferOutput<Schema>>;
export function ndjsonBody<T>(
  schema?: undefined,
  options?: NdjsonBodyOptions,
): StreamDecoder<StreamedMessage, T>;
export function ndjsonBody(
  schema?: StandardSchemaV1,
  options: NdjsonBodyOptions = {},
): StreamDecoder<StreamedMessage, unknown> {
  const { maxLineBytes, maxJsonDepth, maxTotalBytes = Infinity } = options;
  checkNumber('maxTotalBytes', maxTotalBytes);
  checkNumber('maxLineBytes', maxLineBytes ?? 0);
  checkNumber('maxJsonDepth', maxJsonDepth ?? 1, { min: 1 });

  function decode(message: StreamedMessage, ctx: Context): AsyncIterable<unknown> {
    const isReply = message.status !== undefined;
    checkStreamType(message, ndjsonTypes);
    const { limits } = message;
    const parser = new NdjsonParser(
      {
        maxBodyBytes: maxLineBytes ?? limits.maxBodyBytes,
        maxJsonDepth: maxJsonDepth ?? limits.maxJsonDepth,
      },
      maxTotalBytes,
      isReply,
    );
    return new DecodedStream(message.stream(), parser, ctx, messageCheck(schema, isReply));
  }
  return streamCodec(decode, 'application/x-ndjson');
}
