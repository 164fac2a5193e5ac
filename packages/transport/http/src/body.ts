import type { StandardSchemaV1 } from '@standard-schema/spec';

/** The body of a request on the server, or of a reply on the client. It can be read once. */
export interface HttpBody {
  /** The bytes as they came. */
  bytes(): Promise<Buffer>;
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
