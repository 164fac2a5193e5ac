import { isAsyncIterable, type Operation, ServiceError } from '@fairlead/endpoint';
import type { ClientCall, MetadataReader, MetadataWriter } from '@fairlead/transport';
import { jsonType } from '../codecs/json-reply.ts';
import { headerReader, requestHeaderWriter } from '../metadata.ts';
import { ndjsonRequest } from '../streams/ndjson-request.ts';
import type { HttpEncode, HttpOutgoing, OutgoingBody } from './outgoing.ts';
import type { HttpClientReply } from './reply.ts';

/** One HTTP call on the client, as its hooks see it. */
export interface HttpClientCall extends ClientCall {
  readonly operation: Operation;
  readonly method: string;
  /** The server that the request goes to: `https://example.com:8443`. */
  readonly origin: string;
  /** The path and query that the request goes to, with the base URL's own path. */
  readonly path: string;
  /** The headers that go out, by lower-case name; a `before` hook may change them. */
  readonly headers: Record<string, string>;
  readonly body: OutgoingBody | undefined;
  /** The reply's status; 0 before there is one. */
  readonly status: number;
}

/** Whether the reply with a status is handed out at its head. */
export type IsStreamed = (status: number) => boolean;

/** A class, since one is made for each call: its members cost nothing until they are read. */
export class OutgoingCall implements HttpClientCall {
  readonly operation: Operation;
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: OutgoingBody | undefined;
  /** Which replies are handed out at their head, to be read as a stream. */
  readonly isStreamed: IsStreamed | undefined;
  reply: HttpClientReply | undefined = undefined;

  constructor(
    operation: Operation,
    method: string,
    origin: string,
    path: string,
    headers: Record<string, string>,
    body: OutgoingBody | undefined,
    isStreamed: IsStreamed | undefined,
  ) {
    this.operation = operation;
    this.method = method;
    this.origin = origin;
    this.path = path;
    this.headers = headers;
    this.body = body;
    this.isStreamed = isStreamed;
  }

  get status(): number {
    return this.reply?.status ?? 0;
  }

  get requestMetadata(): MetadataWriter {
    return requestHeaderWriter(this.headers);
  }

  get responseMetadata(): MetadataReader {
    return headerReader(this.reply?.headers ?? {});
  }
}

const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** Sends the request as a JSON body, a stream as one line for each, or, with a method that has no body, nothing but the path. */
export function defaultEncode(method: string): HttpEncode<unknown> {
  if (bodyless.has(method)) return () => ({});
  return (json, ctx) => (isAsyncIterable(json) ? ndjsonRequest(json, ctx) : { json });
}

/** The body that goes out, after its type has been put into the headers where it is JSON. */
export function encodeBody(
  { json, body }: HttpOutgoing,
  headers: Record<string, string>,
): OutgoingBody | undefined {
  if (body !== undefined || json === undefined) return body;
  headers['content-type'] ??= jsonType;
  return JSON.stringify(json);
}

/** Where a request goes: the base URL's path, the call's own, and its query. */
export function targetPath(prefix: string, path: string, query: HttpOutgoing['query']): string {
  if (!path.startsWith('/')) {
    throw new ServiceError(
      'internal',
      `the path must start with /, but is ${JSON.stringify(path)}`,
    );
  }
  const target = prefix + path;
  if (query === undefined) return target;
  const separator = target.includes('?') ? '&' : '?';
  return `${target}${separator}${new URLSearchParams(query)}`;
}
