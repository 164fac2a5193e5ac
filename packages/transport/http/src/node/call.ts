import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, type Operation, ServiceError } from '@fairlead/endpoint';
import type { MetadataReader, MetadataWriter } from '@fairlead/transport';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { HostedCall, NodeServerCall } from '../call.ts';
import type { BodyLimits } from '../codecs/body.ts';
import { decodeUtf8 } from '../codecs/utf8.ts';
import { headerReader, readTimeoutMs, responseHeaderWriter } from '../metadata.ts';
import type { HttpReply } from '../reply.ts';
import { type HttpRequest, readBytes, readJson } from '../request.ts';
import { originForm, pathOf, queryOf } from '../target.ts';
import type { HostRequest } from './host-request.ts';
import { readStream } from './request-stream.ts';
import { hasHungUp } from './response.ts';
import { abandon, send } from './send.ts';

/**
 * A class, since one is made for each request: its members cost nothing until they are read. It looks
 * at the response to see whether the client is there, and listens to it only while somebody listens here.
 */
export class NodeCall implements NodeServerCall, HostedCall {
  readonly host = 'node';
  readonly request: HostRequest;
  readonly response: ServerResponse;
  readonly operation: Operation;
  readonly limits: BodyLimits;
  private readonly found: HttpRequest['params'] | undefined;
  private listener: ((error: ServiceError) => void) | undefined = undefined;
  private isListening = false;

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
    return pathOf(this.target);
  }

  get query(): URLSearchParams {
    return queryOf(this.target);
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
    return readJson(this.request, this.limits, schema);
  }

  stream(): AsyncIterableIterator<Uint8Array> {
    return readStream(this.request, this.response);
  }

  get error(): ServiceError | undefined {
    return hasHungUp(this.response)
      ? new ServiceError('canceled', 'the client hung up')
      : undefined;
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    if (this.error !== undefined) listener(this.error);
    if (!this.isListening) {
      this.isListening = true;
      // For good, and for one listener at a time, the context of the call: to leave an emitter of Node costs more.
      this.response.on('close', () => {
        const { error } = this;
        if (error !== undefined) this.listener?.(error);
      });
    }
    this.listener = listener;
    return () => {
      if (this.listener === listener) this.listener = undefined;
    };
  }

  timeoutMs(): number | undefined {
    return readTimeoutMs(this.request.headers);
  }

  send(reply: HttpReply, ctx: Context): number | Promise<number> {
    return send(reply, this, ctx);
  }

  abandon(): number {
    return abandon(this);
  }

  private get target(): string {
    return originForm(this.request.url ?? '');
  }
}
