import type { Context } from '@fairlead/endpoint';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { unreadable } from '../client/reply.ts';
import type { HttpBody } from '../codecs/body.ts';
import { validate } from '../codecs/schema.ts';
import type { StreamCodec } from './codec.ts';

/** A message whose body may be read as a stream: a request on the server, a reply on the client. */
export interface StreamedMessage extends Pick<HttpBody, 'headers' | 'limits' | 'stream'> {
  /** A reply has one. */
  readonly status?: number;
}

/** Decodes a body into a stream of messages, and says of the operation that it streams. */
export interface StreamDecoder<Message, T> extends StreamCodec {
  (message: Message, ctx: Context): AsyncIterable<T>;
}

/** Checks each message of a stream: what is wrong with a reply is the server's fault. */
export function messageCheck(
  schema: StandardSchemaV1 | undefined,
  isReply: boolean,
): ((value: unknown) => Promise<unknown>) | undefined {
  if (schema === undefined) return undefined;
  if (!isReply) return (value) => validate(schema, value, 'message');
  return (value) =>
    validate(schema, value, 'message').catch((error: unknown) => {
      throw unreadable(error);
    });
}
