import type { IncomingMessage } from 'node:http';
import { ServiceError } from '@fairlead/endpoint';
import type { HttpBody } from './body.ts';
import { parseJson } from './json.ts';
import { httpHeaders, httpStatus } from './status.ts';

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

/** What a host may have put on a request before our handler got it. */
export type HostRequest = IncomingMessage & {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

/** Limits of a request's body. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxJsonDepth: number;
}

/** The body of a request as JSON: read, or taken from a body parser that ran before. */
export async function readJson(request: HostRequest, limits: BodyLimits): Promise<unknown> {
  checkJsonType(request.headers['content-type']);
  const parsed = parsedBody(request);
  if (parsed !== undefined && !(parsed instanceof Uint8Array)) return parsed;
  return parseJson(await readBytes(request, limits.maxBodyBytes), limits.maxJsonDepth);
}

/** The body of a request, or a ServiceError that says why there is none. Reads no more than `maxBytes`. */
export function readBytes(request: HostRequest, maxBytes: number): Promise<Buffer> {
  const body = parsedBody(request);
  if (body instanceof Uint8Array) return Promise.resolve(Buffer.from(body));
  if (typeof body === 'string') return Promise.resolve(Buffer.from(body));
  if (request.readableDidRead) return Promise.reject(consumed());
  if (request.destroyed) return Promise.reject(hungUp());
  if (Number(request.headers['content-length']) > maxBytes)
    return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    let open = true;
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', collect).on('end', finish).on('error', hangUp).on('close', hangUp);

    function collect(chunk: Buffer): void {
      // After a refusal what still comes is read and dropped, so that the answer can go out.
      if (!open) return;
      size += chunk.length;
      if (size > maxBytes) stop(tooLarge(maxBytes));
      else chunks.push(chunk);
    }

    function finish(): void {
      open = false;
      resolve(joined(chunks));
    }

    function hangUp(cause?: Error): void {
      if (open) stop(hungUp(cause));
    }

    function stop(error: ServiceError): void {
      open = false;
      chunks.length = 0;
      reject(error);
    }
  });
}

/** The chunks of a body as one. Most bodies come in one, which is then not copied. */
export function joined(chunks: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : only;
}

/**
 * What a body parser has made of the body. Express 4's puts an empty object there even where it left
 * the body alone, so what stands beside an unread body means nothing.
 */
function parsedBody({ body, readableDidRead }: HostRequest): unknown {
  return readableDidRead === false ? undefined : body;
}

/** A body needs no type to be JSON, as Go's clients send it, but one that says it is something else is refused. */
export function checkJsonType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === 'application/json') return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const isJson = /^application\/(?:[\w.-]+\+)?json$/.test(type.trim());
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((p) => p.startsWith('charset='));
  if (isJson && (charset === undefined || /^charset="?utf-8"?$/.test(charset))) return;
  throw Object.assign(
    new ServiceError(
      'invalid_argument',
      'unsupported content type: send application/json in UTF-8',
    ),
    { [httpStatus]: 415 },
  );
}

function tooLarge(maxBytes: number): ServiceError {
  return Object.assign(
    new ServiceError('resource_exhausted', `the body is larger than ${maxBytes} bytes`, {
      retryable: false,
    }),
    // What is left of the body will not be read, so the connection cannot be used again.
    { [httpStatus]: 413, [httpHeaders]: { connection: 'close' } },
  );
}

function hungUp(cause?: Error): ServiceError {
  return new ServiceError('canceled', 'the client hung up while sending its request', { cause });
}

function consumed(): ServiceError {
  return new ServiceError(
    'internal',
    'the body has been read already: mount the handler before what reads it, or keep what that parsed in request.body',
  );
}
