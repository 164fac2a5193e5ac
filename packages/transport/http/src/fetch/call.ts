import { type Context, type Operation, ServiceError } from '@fairlead/endpoint';
import { checkMetadata, type MetadataReader, type MetadataWriter } from '@fairlead/transport';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { FetchServerCall, HostedCall } from '../call.ts';
import type { BodyLimits } from '../codecs/body.ts';
import { parseJson } from '../codecs/json.ts';
import { checkJsonType } from '../codecs/media-type.ts';
import { validate } from '../codecs/schema.ts';
import { decodeUtf8 } from '../codecs/utf8.ts';
import { readTimeoutMs } from '../metadata.ts';
import type { HttpReply } from '../reply.ts';
import type { HttpRequest } from '../request.ts';
import { statusOf } from '../status.ts';
import { pathOf, queryOf } from '../target.ts';
import { fetchStream, readFetchBody } from './body.ts';
import { bareResponse, fetchResponse } from './reply.ts';

const noParams: HttpRequest['params'] = Object.freeze(Object.create(null));

/** A class, since one is made for each request: its members cost nothing until they are read. */
export class FetchCall implements FetchServerCall, HostedCall {
  readonly host = 'fetch';
  readonly request: Request;
  readonly operation: Operation;
  /** The answer; never rejects. */
  readonly response: Promise<Response>;
  readonly limits: BodyLimits;
  private readonly target: string;
  private readonly found: HttpRequest['params'] | undefined;
  private readonly answer: (response: Response) => void;
  /** The headers by name, once somebody has asked for them. */
  private read: HttpRequest['headers'] | undefined;
  /** What hooks have set, until the answer takes it. */
  private added: Headers | undefined;
  /** The status that went out. */
  private sent: number | undefined;
  /** A reply is out, and nothing of it is still to come. */
  private isOver = false;

  constructor(
    request: Request,
    target: string,
    limits: BodyLimits,
    operation: Operation,
    found: HttpRequest['params'] | undefined,
  ) {
    let answer = (_response: Response): void => {};
    this.response = new Promise((resolve) => {
      answer = resolve;
    });
    this.answer = answer;
    this.request = request;
    this.target = target;
    this.limits = limits;
    this.operation = operation;
    this.found = found;
  }

  get method(): string {
    return this.request.method;
  }

  get path(): string {
    return pathOf(this.target);
  }

  get query(): URLSearchParams {
    return queryOf(this.target);
  }

  get params(): HttpRequest['params'] {
    return this.found ?? noParams;
  }

  get headers(): HttpRequest['headers'] {
    this.read ??= namedHeaders(this.request.headers);
    return this.read;
  }

  get requestMetadata(): MetadataReader {
    return { get: (name) => this.request.headers.get(name) ?? undefined };
  }

  get responseMetadata(): MetadataWriter {
    return {
      get: (name) => this.added?.get(name) ?? undefined,
      set: (name, value) => {
        const key = checkMetadata(name, value);
        this.added ??= new Headers();
        this.added.set(key, value);
      },
    };
  }

  bytes(): Promise<Uint8Array> {
    return readFetchBody(this.request, this.limits.maxBodyBytes);
  }

  async text(): Promise<string> {
    return decodeUtf8(await this.bytes());
  }

  json<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  json<T>(): Promise<T>;
  async json(schema?: StandardSchemaV1): Promise<unknown> {
    checkJsonType(this.request.headers.get('content-type') ?? undefined);
    const value = parseJson(await this.bytes(), this.limits.maxJsonDepth);
    return schema === undefined ? value : validate(schema, value);
  }

  stream(): AsyncIterableIterator<Uint8Array> {
    return fetchStream(this.request);
  }

  get error(): ServiceError | undefined {
    const { signal } = this.request;
    return signal.aborted && !this.isOver ? hungUp(signal) : undefined;
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    const { signal } = this.request;
    if (this.error !== undefined) listener(hungUp(signal));
    const aborted = (): void => {
      if (!this.isOver) listener(hungUp(signal));
    };
    signal.addEventListener('abort', aborted);
    return () => signal.removeEventListener('abort', aborted);
  }

  timeoutMs(): number | undefined {
    const { headers } = this.request;
    return readTimeoutMs({
      'connect-timeout-ms': headers.get('connect-timeout-ms') ?? undefined,
      'grpc-timeout': headers.get('grpc-timeout') ?? undefined,
    });
  }

  send(reply: HttpReply, ctx: Context): number | Promise<number> {
    // A stream that has failed took the head with it.
    if (this.sent !== undefined) return this.sent;
    const { method, signal } = this.request;
    const { response, ended } = fetchResponse(reply, method, this.added, { ctx, signal });
    this.sent = reply.status;
    this.answer(response);
    if (ended === undefined) {
      this.isOver = true;
      return reply.status;
    }
    return ended.finally(() => {
      this.isOver = true;
    });
  }

  abandon(): number {
    // Whatever went wrong after the client had left, nobody was answered; a host wants an answer all the same.
    this.sent ??= this.error === undefined ? 500 : statusOf('canceled');
    this.answer(bareResponse(this.sent));
    return this.sent;
  }
}

function hungUp({ reason }: AbortSignal): ServiceError {
  return new ServiceError('canceled', 'the client hung up', { cause: reason });
}

/** By name, without a prototype that a name could reach. */
function namedHeaders(headers: Headers): HttpRequest['headers'] {
  return Object.assign(Object.create(null), Object.fromEntries(headers));
}
