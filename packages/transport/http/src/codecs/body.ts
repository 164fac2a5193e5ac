import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Limits of a body that is read, or of each message where it is read as a stream. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxJsonDepth: number;
}

/** The body of a request on the server, or of a reply on the client. It can be read once. */
export interface HttpBody {
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the handler or the client allows. `stream()` keeps no limit by itself: it is never all there at once. */
  readonly limits: BodyLimits;
  /** The bytes as they came. */
  bytes(): Promise<Uint8Array>;
  /** The bytes as UTF-8 text. A request whose bytes are none is refused with 400. */
  text(): Promise<string>;
  /**
   * The value of a JSON body, as the schema makes it. Without a schema the value is taken at its
   * word: `T` is what you expect of a sender you trust, nothing checks it.
   */
  json<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  json<T = unknown>(): Promise<T>;
  /**
   * The bytes as they come, and no faster than they are read. It rejects where the other end leaves
   * before its end, `canceled` on the server and `unavailable` on the client; `return()` gives the
   * rest up. On the client a reply comes as a stream where the endpoint's `kind` says so, or its
   * `decode` (see `ndjsonBody`); any other is there whole.
   */
  stream(): AsyncIterableIterator<Uint8Array>;
}

/**
 * Decodes a JSON body, for the `decode` of a handler or of a client's endpoint.
 *
 * - `jsonBody(schema)` checks it with any Standard Schema and hands on what the schema makes of it.
 * - `jsonBody<T>()` takes the sender's word that it is a `T`.
 */
export function jsonBody<Schema extends StandardSchemaV1>(
  schema: Schema,
): (message: HttpBody) => Promise<StandardSchemaV1.InferOutput<Schema>>;
export function jsonBody<T>(): (message: HttpBody) => Promise<T>;
export function jsonBody(schema?: StandardSchemaV1): (message: HttpBody) => Promise<unknown> {
  return (message) => (schema === undefined ? message.json() : message.json(schema));
}
