import { failureOf, isServiceError, ServiceError } from '@fairlead/endpoint';
import type { HttpOutgoing } from '../client/outgoing.ts';
import { type HttpClientReply, unreadable } from '../client/reply.ts';
import type { HttpReply } from '../reply.ts';
import type { HttpRequest } from '../request.ts';
import { httpHeaders, httpMarks, httpStatus } from '../status.ts';
import { mediaType, unsupportedType } from './media-type.ts';
import { problemReply } from './problem.ts';

/**
 * What encodes and decodes one message of protobuf, as ts-proto and protobufjs generate it. With
 * another generator it takes two lines:
 * `{ encode: (m) => ({ finish: () => toBinary(Schema, m) }), decode: (b) => fromBinary(Schema, b) }`.
 */
export interface ProtobufType<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** The media type of protobuf over HTTP, as it is sent; `application/protobuf` is read as well. */
const protobufType = 'application/x-protobuf';

const protobufTypes: ReadonlySet<string> = new Set([
  protobufType,
  'application/protobuf',
  'application/vnd.google.protobuf',
]);

/**
 * Decodes a protobuf body, for the `decode` of a handler or of a client's endpoint.
 *
 * - A body needs no type; one that says it is something else is refused: 415 on the server.
 * - One that is no such message is the sender's fault: `invalid_argument` on the server, `internal`
 *   on the client.
 * - An empty body is a message whose fields all have their defaults.
 */
export function protobufBody<T>(
  type: Pick<ProtobufType<T>, 'decode'>,
): (message: HttpRequest | HttpClientReply) => Promise<T> {
  return async (message) => {
    const fromServer = 'status' in message;
    try {
      checkProtobufType(message.headers['content-type']);
      return decode(type, await message.bytes());
    } catch (error) {
      throw fromServer ? unreadable(error) : error;
    }
  };
}

/**
 * A response as a protobuf message, for the `encode` of a handler. It carries its own status and
 * headers as with `jsonReply`; errors stay problem+json, which every client reads.
 */
export function protobufReply<T>(
  type: Pick<ProtobufType<T>, 'encode'>,
): (response: T) => HttpReply {
  return (response) => {
    const failed = failureOf(response);
    if (failed !== undefined) return problemReply(failed);
    const marks = httpMarks(response);
    return {
      status: marks[httpStatus] ?? 200,
      headers: { 'content-type': protobufType, ...marks[httpHeaders] },
      body: type.encode(response).finish(),
    };
  };
}

/** A request as a protobuf message, for the `encode` of a client's endpoint. */
export function protobufRequest<T>(
  type: Pick<ProtobufType<T>, 'encode'>,
): (request: T) => HttpOutgoing {
  return (request) => ({
    headers: { 'content-type': protobufType, accept: protobufType },
    body: type.encode(request).finish(),
  });
}

function checkProtobufType(contentType: string | string[] | undefined): void {
  const type = mediaType(contentType === undefined ? undefined : String(contentType));
  if (type === undefined || protobufTypes.has(type)) return;
  throw unsupportedType(`send ${protobufType}`);
}

function decode<T>(type: Pick<ProtobufType<T>, 'decode'>, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (cause) {
    if (isServiceError(cause)) throw cause;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    throw new ServiceError(
      'invalid_argument',
      `the body is not a valid protobuf message${reason}`,
      { cause },
    );
  }
}
