import type { IncomingMessage } from 'node:http';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BodyLimits, HttpBody } from './codecs/body.ts';
import { parseJson } from './codecs/json.ts';
import { checkJsonType } from './codecs/media-type.ts';
import { checked } from './codecs/schema.ts';
import { type HostRequest, parsedBody } from './node/host-request.ts';
import { readBody } from './node/request-body.ts';

/** A request as its decoder sees it. */
export interface HttpRequest extends HttpBody {
  readonly method: string;
  /** The path without the query, as it came; that of a whole URL, where the target is one. A framework that mounts a handler may have cut its prefix off. */
  readonly path: string;
  /** Path parameters, as the framework's router found them; without a prototype. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Headers by lower-case name. */
  readonly headers: IncomingMessage['headers'];
}

/** The body of a request as JSON, read or taken from a body parser that ran before, and as a schema makes it where there is one. */
export function readJson(
  request: HostRequest,
  limits: BodyLimits,
  schema?: StandardSchemaV1,
): Promise<unknown> {
  try {
    checkJsonType(request.headers['content-type']);
  } catch (error) {
    return Promise.reject(error);
  }
  const parsed = parsedBody(request);
  if (parsed !== undefined && !(parsed instanceof Uint8Array)) {
    return Promise.resolve(parsed).then((value) => made(value, schema));
  }
  return readBody(request, limits.maxBodyBytes, (bytes) =>
    made(parseJson(bytes, limits.maxJsonDepth), schema),
  );
}

/** What a schema makes of a value, where there is one. */
function made(value: unknown, schema: StandardSchemaV1 | undefined): unknown {
  return schema === undefined ? value : checked(schema, value, 'request');
}

/**
 * The body of a request, decompressed where it says that it is compressed, or a ServiceError that says why
 * there is none. It is no more than `maxBytes` long, nor is what is read for it.
 */
export function readBytes(request: HostRequest, maxBytes: number): Promise<Buffer> {
  return readBody(request, maxBytes, (bytes) => bytes);
}
