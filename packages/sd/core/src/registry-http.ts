import { Agent, type ClientRequest, type IncomingMessage, request as plain } from 'node:http';
import { request as secure, Agent as TlsAgent } from 'node:https';
import {
  abortable,
  type Context,
  checkNumber,
  type ScopedContext,
  ServiceError,
} from '@fairlead/endpoint';
import { readLines, readText } from './registry-body.ts';

/** What to trust and who to be, as PEM. */
export interface RegistryTls {
  /** The authorities that may sign the registry's certificate. Default: Node's own. */
  readonly ca?: string | Buffer | undefined;
  /** The certificate that this process shows, with its {@link key}. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The name that the registry's certificate must have. Default: the URL's host. */
  readonly servername?: string | undefined;
}

/** How a registry is reached over HTTP. */
export interface RegistryHttpOptions {
  /** For `https`. */
  readonly tls?: RegistryTls | undefined;
  /** The largest answer, and the longest line of a stream, in bytes. Default 16 MiB. */
  readonly maxAnswerBytes?: number | undefined;
}

/** One request to a registry. */
export interface RegistryRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the base URL, with its query: `/v1/health/service/add?wait=60s`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long the whole answer, or the head of a stream, may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** A whole answer, whatever its status. */
export interface RegistryReply {
  readonly status: number;
  header(name: string): string | undefined;
  readonly text: string;
  /** The text as JSON; throws `unavailable` where it is none. */
  json(): unknown;
}

/** An answer that goes on: one text per line, empty ones left out. Read it to its end or return early. */
export interface RegistryStream {
  readonly status: number;
  readonly lines: AsyncIterable<string>;
}

/**
 * Speaks JSON over HTTP with one address of a registry, on connections that are kept. For those who
 * write bindings. Rejects with `unavailable` where no answer came, in time or at all, with
 * `resource_exhausted` where it was too large, with the context's error where that has ended; then
 * the request is closed. Every status is an answer.
 */
export interface RegistryHttp {
  send(request: RegistryRequest, ctx: Context): Promise<RegistryReply>;
  stream(request: RegistryRequest, ctx: Context): Promise<RegistryStream>;
  /** Closes the connections, and the requests on them. */
  close(): void;
}

/** Makes a client for the registry at a URL such as `http://127.0.0.1:8500`. No I/O before the first request. */
export function createRegistryHttp(
  url: string | URL,
  options: RegistryHttpOptions = {},
): RegistryHttp {
  const base = checkUrl(url);
  const maxBytes = checkNumber('maxAnswerBytes', options.maxAnswerBytes ?? 16_777_216, { min: 1 });
  const isSecure = base.protocol === 'https:';
  const agent = isSecure
    ? new TlsAgent({ keepAlive: true, ...options.tls })
    : new Agent({ keepAlive: true });
  const prefix = base.pathname.replace(/\/+$/, '');
  const start = ({ method, path, headers, body }: RegistryRequest): ClientRequest => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const request = (isSecure ? secure : plain)(new URL(prefix + path, base), {
      agent,
      method,
      headers: {
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
        }),
        ...headers,
      },
    });
    return request.end(payload);
  };

  /** Works on an answer under a limit of time, and closes the request where that or the context ends. */
  const exchange = async <T>(
    request: RegistryRequest,
    ctx: Context,
    work: (response: IncomingMessage) => Promise<T> | T,
  ): Promise<T> => {
    ctx.throwIfAborted();
    using limited = ctx.withTimeout(request.timeoutMs);
    const sent = start(request);
    // It may fail again after everybody has gone.
    sent.on('error', () => {});
    try {
      return await abortable(headOf(sent).then(work), limited);
    } catch (thrown) {
      sent.destroy();
      throw failureOf(thrown, { ctx, limited, request, origin: base.origin });
    }
  };

  return {
    send: (request, ctx) =>
      exchange(request, ctx, async (response) =>
        replyOf(response, await readText(response, maxBytes), base.origin),
      ),
    stream: (request, ctx) =>
      exchange(request, ctx, (response) => ({
        status: response.statusCode ?? 0,
        lines: streamOf(response, maxBytes, ctx, base.origin),
      })),
    close: () => agent.destroy(),
  };
}

function checkUrl(url: string | URL): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.search + parsed.hash) {
    throw new TypeError(
      `the address of a registry must be like http://127.0.0.1:8500, but is ${String(url)}`,
    );
  }
  if (parsed.username + parsed.password !== '') {
    // Which are not shown: the error may be logged.
    throw new TypeError(`the address ${parsed.host} must not hold credentials: give them apart`);
  }
  return parsed;
}

function headOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
}

function replyOf(response: IncomingMessage, text: string, origin: string): RegistryReply {
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    text,
    json() {
      try {
        return JSON.parse(text);
      } catch (cause) {
        const message = `${origin} did not answer with JSON: check that the registry listens there`;
        throw new ServiceError('unavailable', message, { cause });
      }
    },
  };
}

async function* streamOf(
  response: IncomingMessage,
  maxBytes: number,
  ctx: Context,
  origin: string,
): AsyncGenerator<string> {
  const unlink = ctx.onAbort((error) => response.destroy(error));
  try {
    yield* readLines(response, maxBytes);
  } catch (thrown) {
    throw ctx.error ?? unreachable(origin, thrown);
  } finally {
    unlink();
    response.destroy();
  }
}

interface Attempt {
  readonly ctx: Context;
  readonly limited: ScopedContext;
  readonly request: RegistryRequest;
  readonly origin: string;
}

function failureOf(thrown: unknown, { ctx, limited, request, origin }: Attempt): ServiceError {
  if (ctx.error !== undefined) return ctx.error;
  if (limited.error !== undefined) {
    const message = `${origin} did not answer within ${request.timeoutMs} ms: check that it is alive`;
    return new ServiceError('unavailable', message, { cause: limited.error });
  }
  return unreachable(origin, thrown);
}

function unreachable(origin: string, thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  const message = `cannot reach ${origin} (${reason}): check that the registry runs there`;
  return new ServiceError('unavailable', message, { cause: thrown });
}
