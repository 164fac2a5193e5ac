import { ServiceError } from '@fairlead/endpoint';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BodyLimits, HttpBody } from '../codecs/body.ts';
import { defaultJsonDepth, parseJson } from '../codecs/json.ts';
import { validate } from '../codecs/schema.ts';
import { streamOf } from '../node/request-stream.ts';

/** A reply as its decoder sees it. */
export interface HttpClientReply extends HttpBody {
  readonly status: number;
  /** The whole body, at most `maxResponseBytes` long; empty where the reply is read as a stream. */
  readonly body: Buffer;
  bytes(): Promise<Buffer>;
}

/** A reply that has come whole. A class, since one is made for each call. */
export class WholeReply implements HttpClientReply {
  readonly status: number;
  readonly headers: HttpClientReply['headers'];
  readonly body: Buffer;
  private readonly maxBodyBytes: number;

  constructor(
    status: number,
    headers: HttpClientReply['headers'],
    body: Buffer,
    maxBodyBytes: number,
  ) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.maxBodyBytes = maxBodyBytes;
  }

  get limits(): BodyLimits {
    return { maxBodyBytes: this.maxBodyBytes, maxJsonDepth: defaultJsonDepth };
  }

  bytes(): Promise<Buffer> {
    return Promise.resolve(this.body);
  }

  text(): Promise<string> {
    return Promise.resolve(this.body.toString());
  }

  json<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  json<T>(): Promise<T>;
  json(schema?: StandardSchemaV1): Promise<unknown> {
    return readReply(this.body, schema);
  }

  stream(): AsyncIterableIterator<Uint8Array> {
    return streamOf(this.body);
  }
}

/** The default decoder: a JSON body, taken at its word; `undefined` where there is none. */
export function decodeJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return parseJson(body);
  } catch (error) {
    throw unreadable(error);
  }
}

/** The JSON of a reply, as a schema makes it where there is one. */
export async function readReply(
  body: Buffer,
  schema: StandardSchemaV1 | undefined,
): Promise<unknown> {
  const value = decodeJson(body);
  if (schema === undefined) return value;
  try {
    return await validate(schema, value, 'body');
  } catch (error) {
    throw unreadable(error);
  }
}

/** A reply that is not what it should be is the server's fault, not the caller's. */
export function unreadable(cause: unknown): ServiceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ServiceError('internal', `unreadable reply: ${reason}`, { cause });
}

/** The error of a reply that is larger than the client takes. */
export function replyTooLarge(maxBytes: number): ServiceError {
  return new ServiceError('resource_exhausted', `the reply is larger than ${maxBytes} bytes`, {
    retryable: false,
  });
}
