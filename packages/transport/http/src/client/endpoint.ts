import {
  type Context,
  discard,
  type Endpoint,
  type Operation,
  type OperationKind,
  type ServiceError,
} from '@fairlead/endpoint';
import { type ClientHooks, type ClientOptions, clientLifecycle } from '@fairlead/transport';
import { problemError } from '../codecs/problem.ts';
import { type ContentCoding, contentCodings } from '../compression/content-coding.ts';
import { writeDeadline } from '../metadata.ts';
import { isIdempotent } from '../routes/methods.ts';
import { kindOf, streamCodecOf } from '../streams/codec.ts';
import {
  defaultEncode,
  encodeBody,
  type HttpClientCall,
  OutgoingCall,
  targetPath,
} from './call.ts';
import { acceptedCodings, compressBody, decompressReply } from './compression.ts';
import type { Send } from './dispatch.ts';
import type { HttpEncode, HttpOutgoing, OutgoingBody } from './outgoing.ts';
import { decodeJson, type HttpClientReply } from './reply.ts';

/** How one operation is called. */
export interface HttpEndpointOptions<Req, Res> extends ClientHooks<HttpClientCall>, ClientOptions {
  /** Default `POST`. */
  readonly method?: string | undefined;
  /** The path below the base URL, from `/` on. Where it depends on the request, `encode` says it. */
  readonly path: string;
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: the request as a JSON body, a stream as `ndjsonRequest`; nothing with `GET`, `HEAD`, `DELETE` and `OPTIONS`. */
  readonly encode?: HttpEncode<Req> | undefined;
  /** Default: the JSON body taken at its word, `undefined` where it is empty. `jsonBody(schema)` checks it. */
  readonly decode?: ((reply: HttpClientReply, ctx: Context) => Res | Promise<Res>) | undefined;
  /** Which statuses are no error. Default: 200 to 299. A redirect is not followed. */
  readonly isSuccess?: ((status: number) => boolean) | undefined;
  /** Makes the error of any other reply. Default: the server's own, rebuilt from its problem+json. */
  readonly decodeError?: ((reply: HttpClientReply) => ServiceError) | undefined;
  /**
   * Asks for compressed replies, and decompresses them: what they unfold to counts for
   * `maxResponseBytes`. Default: no, which takes less time in a fast network.
   */
  readonly acceptCompressed?: boolean | undefined;
  /** Compresses request bodies from 1 KiB on, for a server that is known to read it. Default: sends them as they are. */
  readonly compressBody?: ContentCoding | undefined;
  /** The operation's name for logs, metrics and traces. Default: the method and the path. */
  readonly name?: string | undefined;
  /** The service's name for the same. Default: empty. */
  readonly service?: string | undefined;
  /**
   * The operation's kind for the same. Where it is `server_stream` or `bidi_stream`, `decode` gets
   * the reply as soon as its head is there, to read it as a stream; else once it is there whole.
   * Default: what `encode` and `decode` say, such as `ndjsonRequest` and `ndjsonBody()`; else unary.
   */
  readonly kind?: OperationKind | undefined;
  /** Whether a second call does no more than the first. Default: as HTTP defines the method. */
  readonly idempotent?: boolean | undefined;
}

/** The server that an endpoint calls, and the way there. */
export interface HttpTarget {
  readonly host: string;
  readonly origin: string;
  /** The path of the base URL, without a slash at its end. */
  readonly prefix: string;
  readonly send: Send;
  readonly maxResponseBytes: number;
}

/** Makes the endpoint of one operation of a server. */
export function clientEndpoint<Req, Res>(
  { host, origin, prefix, send, maxResponseBytes }: HttpTarget,
  options: HttpEndpointOptions<Req, Res>,
): Endpoint<Req, Res> {
  const { method = 'POST', decode = takeAtItsWord<Res>, decodeError = problemError } = options;
  const { isSuccess = isOk, encode = defaultEncode(method) } = options;
  const { acceptCompressed = false, compressBody: coding } = options;
  if (coding !== undefined && !contentCodings.includes(coding))
    throw new TypeError(`compressBody must be one of ${contentCodings.join(', ')}`);
  if (!options.path.startsWith('/')) {
    throw new TypeError(`path must start with /, but is ${JSON.stringify(options.path)}`);
  }
  const accept = streamCodecOf(options.decode)?.accept;
  const { kind = kindOf(streamCodecOf(options.encode), streamCodecOf(options.decode)) } = options;
  const isStreamed = kind === 'server_stream' || kind === 'bidi_stream' ? isSuccess : undefined;
  const operation: Operation = {
    side: 'client',
    transport: 'http',
    service: options.service ?? '',
    method: options.name ?? `${method} ${options.path}`,
    kind,
    idempotent: options.idempotent ?? isIdempotent(method),
    peer: host,
  };

  function newCall(outgoing: HttpOutgoing): OutgoingCall | Promise<OutgoingCall> {
    const headers: Record<string, string> = { ...options.headers, ...outgoing.headers };
    if (acceptCompressed) headers['accept-encoding'] ??= acceptedCodings;
    const path = targetPath(prefix, outgoing.path ?? options.path, outgoing.query);
    if (accept !== undefined) headers['accept'] ??= accept;
    const plain = encodeBody(outgoing, headers);
    const make = (body: OutgoingBody | undefined): OutgoingCall =>
      new OutgoingCall(operation, method, origin, path, headers, body, isStreamed);
    return coding === undefined ? make(plain) : compressBody(plain, headers, coding).then(make);
  }

  const stages = {
    encode(request: Req, ctx: Context): OutgoingCall | Promise<OutgoingCall> {
      const outgoing = encode(request, ctx);
      return outgoing instanceof Promise ? outgoing.then(newCall) : newCall(outgoing);
    },
    send(call: OutgoingCall, ctx: Context): Promise<HttpClientReply> {
      writeDeadline(call.headers, ctx.remainingMs());
      const sent = send(call, ctx);
      if (!acceptCompressed) return sent;
      return sent.then((reply) => decompressReply(reply, call, maxResponseBytes));
    },
    decode(reply: HttpClientReply, _call: HttpClientCall, ctx: Context): Res | Promise<Res> {
      if (!isSuccess(reply.status)) throw decodeError(reply);
      return decode(reply, ctx);
    },
    discard(reply: HttpClientReply): void {
      if (isStreamed?.(reply.status) === true) discard(reply.stream());
    },
    status: (call: HttpClientCall | undefined) => call?.status ?? 0,
  };
  return clientLifecycle(operation, stages, options, options);
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Sound as far as the caller's own word for `Res` is: nothing is checked, as the option says. */
function takeAtItsWord<Res>(reply: HttpClientReply): Res {
  return decodeJson(reply.body) as Res;
}
