import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '@fairlead/endpoint';
import type { MetadataReader, MetadataWriter, ServerCall } from '@fairlead/transport';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { headerReader, responseHeaderWriter } from './metadata.ts';
import {
  type BodyLimits,
  type HostRequest,
  type HttpRequest,
  readBytes,
  readJson,
} from './request.ts';
import { validate } from './schema.ts';
import { originForm } from './target.ts';
import { decodeUtf8 } from './utf8.ts';

/** One HTTP call on the server: the request as decoders see it, and Node's own two objects. */
export interface HttpServerCall extends ServerCall, HttpRequest {
  /** Node's request. Whoever reads its body leaves none for the decoder. */
  readonly request: IncomingMessage;
  /** Node's response, for what nothing else offers. Whoever ends it answers the call. */
  readonly response: ServerResponse;
}

/** A class, since one is made for each request: its members cost nothing until they are read. */
export class NodeCall implements HttpServerCall {
  readonly request: HostRequest;
  readonly response: ServerResponse;
  readonly operation: Operation;
  private readonly limits: BodyLimits;
  private readonly found: HttpRequest['params'] | undefined;

  /** `found` are the path parameters of our own router; without it they are those of the host's. */
  constructor(
    request: HostRequest,
    response: ServerResponse,
    limits: BodyLimits,
    operation: Operation,
    found?: HttpRequest['params'],
  ) {
    this.request = request;
    this.response = response;
    this.operation = operation;
    this.limits = limits;
    this.found = found;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get path(): string {
    return this.target.split('?', 1)[0] ?? '';
  }

  get query(): URLSearchParams {
    const start = this.target.indexOf('?');
    return new URLSearchParams(start < 0 ? '' : this.target.slice(start));
  }

  get params(): Readonly<Record<string, string>> {
    return this.found ?? Object.assign(Object.create(null), this.request.params);
  }

  get headers(): IncomingMessage['headers'] {
    return this.request.headers;
  }

  get requestMetadata(): MetadataReader {
    return headerReader(this.request.headers);
  }

  get responseMetadata(): MetadataWriter {
    return responseHeaderWriter(this.response);
  }

  bytes(): Promise<Buffer> {
    return readBytes(this.request, this.limits.maxBodyBytes);
  }

  async text(): Promise<string> {
    return decodeUtf8(await this.bytes());
  }

  json<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  json<T>(): Promise<T>;
  json(schema?: StandardSchemaV1): Promise<unknown> {
    const value = readJson(this.request, this.limits);
    return schema === undefined ? value : value.then((json) => validate(schema, json));
  }

  private get target(): string {
    return originForm(this.request.url ?? '');
  }
}
