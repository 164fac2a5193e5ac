import { Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type Context, checkNumber, ServiceError } from '@fairlead/endpoint';
import { exchange } from './http-exchange.ts';

/** What TLS to a registry needs, as PEM. */
export interface RegistryTls {
  /** Who may sign the registry's certificate. Default: the authorities that Node knows. */
  readonly ca?: string | undefined;
  /** What we prove ourselves with, where the registry asks for it; with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the registry's certificate must have. Default: the host of the URL. */
  readonly servername?: string | undefined;
}

/** Where a registry is and how it is spoken to. */
export interface RegistryHttpOptions {
  /** `http://host:port` or `https://host:port`, perhaps with a path that comes before every other. */
  readonly url: string;
  /** Sent with every request; a token, say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly tls?: RegistryTls | undefined;
  /** The longest answer, or line of a stream, that is read, in bytes. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /** How long it may take to connect, TLS included, in milliseconds. Default 5 000. */
  readonly connectMs?: number | undefined;
}

/** A request to a registry. It may be sent twice, where a kept connection turns out to be dead. */
export interface RegistryRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The path and the query, encoded: `/v1/health/service/addsvc?passing=1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; none where undefined. */
  readonly body?: unknown;
}

/** An answer, read to its end. Any status is an answer. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; throws `internal` where it is none. */
  json(): unknown;
}

/** An answer that goes on: a document of JSON in each line. Any status is an answer. */
export interface RegistryStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Read it to its end or leave the loop: that frees the connection. Throws what {@link RegistryHttp.send} rejects with. */
  readonly lines: AsyncIterable<string>;
}

/** A registry's HTTP API, for bindings. */
export interface RegistryHttp {
  /** Where it is, for messages; without user and password. */
  readonly origin: string;
  /**
   * Sends a request and reads the answer. Rejects with the error of `ctx` when that ends first, with
   * `unavailable` when no answer comes, with `resource_exhausted` when it is too long.
   */
  send(request: RegistryRequest, ctx: Context): Promise<RegistryAnswer>;
  /** Sends a request and resolves when the answer begins. Its lines end with `ctx`. */
  open(request: RegistryRequest, ctx: Context): Promise<RegistryStream>;
  /** Closes every connection, those in use too. */
  close(): void;
}

/**
 * Speaks JSON over HTTP/1.1 to a registry, on `node:http`: a registry's own authority and a client's
 * certificate must be possible without another dependency. Connections are kept alive; no I/O
 * before the first request.
 */
export function createRegistryHttp(options: RegistryHttpOptions): RegistryHttp {
  const { url, headers = {}, tls = {} } = options;
  const base = registryUrl(url);
  const maxBytes = checkNumber('maxBytes', options.maxBytes ?? 32 << 20, { min: 1 });
  const connectMs = checkNumber('connectMs', options.connectMs ?? 5000, { min: 1 });
  const agent = base.protocol === 'https:' ? secureAgent(tls) : new Agent({ keepAlive: true });

  async function begin(request: RegistryRequest, ctx: Context): Promise<IncomingMessage> {
    ctx.throwIfAborted();
    const target = new URL(base.href.replace(/\/$/, '') + request.path);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const sent = { ...headers, ...request.headers };
    if (body !== undefined) sent['content-type'] = 'application/json';
    return exchange({ target, agent, method: request.method, headers: sent, body, connectMs }, ctx);
  }

  return {
    origin: base.origin,
    async open(request, ctx) {
      const answer = await begin(request, ctx);
      const { statusCode: status = 0, headers: received } = answer;
      return { status, headers: received, lines: lines(answer, maxBytes, ctx) };
    },
    async send(request, ctx) {
      const answer = await begin(request, ctx);
      const text = await wholeText(answer, maxBytes, ctx);
      const what = `${request.method} ${base.origin}${withoutQuery(request.path)}`;
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text,
        json: () => readJson(text, what),
      };
    },
    close: () => agent.destroy(),
  };
}

function secureAgent(tls: RegistryTls): Agent {
  // Loaded here, so that a process whose registry has no TLS starts without it.
  const https = process.getBuiltinModule('node:https');
  return new https.Agent({ keepAlive: true, ...tls });
}

function registryUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return base;
  throw new RangeError(`url must be like http://127.0.0.1:8500, but is ${JSON.stringify(url)}`);
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*/s, '');
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServiceError('internal', `${what} was answered with what is no JSON`, { cause });
  }
}

async function wholeText(answer: IncomingMessage, max: number, ctx: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of read(answer, ctx)) {
    bytes += chunk.length;
    if (bytes > max) throw tooLong(max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* lines(answer: IncomingMessage, max: number, ctx: Context): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let bytes = 0;
  for await (let chunk of read(answer, ctx)) {
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10)) {
      const line = Buffer.concat([...rest, chunk.subarray(0, end)]).toString('utf8');
      rest = [];
      bytes = 0;
      chunk = chunk.subarray(end + 1);
      if (line.trim() !== '') yield line;
    }
    bytes += chunk.length;
    if (bytes > max) throw tooLong(max);
    rest.push(chunk);
  }
  const last = Buffer.concat(rest).toString('utf8');
  if (last.trim() !== '') yield last;
}

/** The chunks of an answer; leaving the loop closes the connection, and so does the end of the context. */
async function* read(answer: IncomingMessage, ctx: Context): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) yield chunk;
  } catch (cause) {
    if (ctx.error !== undefined) throw ctx.error;
    throw new ServiceError('unavailable', 'the connection to the registry broke', { cause });
  }
}

function tooLong(max: number): ServiceError {
  return new ServiceError('resource_exhausted', `the registry answered more than ${max} bytes`, {
    retryable: false,
  });
}
