import { type Context, checkNumber, isAsyncIterable } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import { defaultReply } from '../codecs/default-reply.ts';
import type { HttpReply } from '../reply.ts';
import type { HttpHeaders } from '../status.ts';
import { streamCodec, streamCodecOf } from '../streams/codec.ts';
import { preferredCoding } from './accept-encoding.ts';
import { compressedBody } from './compressed-body.ts';
import { codecs } from './content-codecs.ts';
import { type ContentCoding, contentCodings } from './content-coding.ts';

/** What {@link compressed} is told. */
export interface CompressionOptions {
  /** What is offered, the first preferred where the client likes several as much. Default `['br', 'gzip']`. */
  readonly codings?: readonly ContentCoding[] | undefined;
  /** The shortest body that is worth it, in bytes. Default 1024. A streamed body always is. */
  readonly minBytes?: number | undefined;
}

/** Makes the reply of a response, or of an error: an `encode` or `encodeError` of a handler. */
export type HttpReplyEncode<Res, Call extends HttpServerCall = HttpServerCall> = (
  response: Res,
  call: Call,
  ctx: Context,
) => HttpReply | Promise<HttpReply>;

/**
 * Compresses the replies of an encoder, by default of the one that handlers have, for clients whose
 * `Accept-Encoding` asks for it: `encode: compressed()`, `encodeError: compressed(problemReply)`.
 *
 * - Sent as they are: short bodies, those that do not get shorter, those that are encoded or compressed
 *   already (images, archives), parts of a range, `no-transform`, answers to `HEAD`, 204 and 304.
 * - `Vary: Accept-Encoding` is added to what could have been compressed. A strong `ETag` becomes a
 *   weak one, since it names other bytes; digests of the bytes are taken out.
 * - A streamed body is compressed as it goes, and flushed after each chunk.
 *
 * It is not the default. It costs more time than all else of a call, and where a reply holds a secret
 * beside text that came from the request, its length tells the secret to who can read the length and
 * choose the text (BREACH). Leave it to a proxy, or to replies without secrets.
 */
export function compressed<Res = unknown, Call extends HttpServerCall = HttpServerCall>(
  encode: HttpReplyEncode<Res, Call> = defaultReply,
  options: CompressionOptions = {},
): HttpReplyEncode<Res, Call> {
  const minBytes = checkNumber('minBytes', options.minBytes ?? 1024);
  const offered = options.codings ?? ['br', 'gzip'];
  const unknown = offered.find((coding) => !contentCodings.includes(coding));
  if (unknown !== undefined || offered.length === 0)
    throw new TypeError(`codings must be some of ${contentCodings.join(', ')}`);

  async function finish(plain: HttpReply, call: Call): Promise<HttpReply> {
    const { headers, status, body } = plain;
    const known = headersOf(plain, call);
    if (body === undefined || !isWorthIt(body, minBytes) || !mayChange(status, known)) return plain;
    const vary = { ...headers, vary: varied(known('vary')) };
    const coding = preferredCoding(String(call.headers['accept-encoding'] ?? ''), offered);
    if (coding === undefined || call.method === 'HEAD') return { ...plain, headers: vary };
    const encoded = { ...recoded(vary, known('etag')), 'content-encoding': coding };
    if (isAsyncIterable(body))
      return { ...plain, headers: encoded, body: compressedBody(body, coding) };
    const bytes = await codecs[coding].compress(body);
    if (bytes.length >= Buffer.byteLength(body)) return { ...plain, headers: vary };
    return { ...plain, headers: encoded, body: bytes };
  }

  function encodeCompressed(response: Res, call: Call, ctx: Context): Promise<HttpReply> {
    const reply = encode(response, call, ctx);
    return reply instanceof Promise
      ? reply.then((plain) => finish(plain, call))
      : finish(reply, call);
  }

  const codec = streamCodecOf(encode);
  return codec === undefined ? encodeCompressed : streamCodec(encodeCompressed, codec.accept);
}

function isWorthIt(body: NonNullable<HttpReply['body']>, minBytes: number): boolean {
  return isAsyncIterable(body) || Buffer.byteLength(body) >= minBytes;
}

type ReadHeader = (name: string) => string;

/** The headers that will go out: those of the reply, or else what a hook or a host has set already. */
function headersOf({ headers }: HttpReply, { responseMetadata }: HttpServerCall): ReadHeader {
  return (name) => [headers[name] ?? responseMetadata.get(name) ?? []].flat().join(', ');
}

/** What is small already, by its type. */
const dense =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/woff|application\/(?:gzip|zip|zstd|pdf|octet-stream|x-(?:gzip|7z-compressed|bzip2|xz)))/i;

/** Whether a reply may be encoded, and is not yet. */
function mayChange(status: number, known: ReadHeader): boolean {
  if (status === 204 || status === 304 || status === 206 || known('content-range') !== '')
    return false;
  if (known('content-encoding') !== '' || dense.test(known('content-type'))) return false;
  return !/(?:^|[,\s])no-transform(?:[,\s]|$)/i.test(known('cache-control'));
}

function varied(vary: string): string {
  const names = vary.toLowerCase().split(/[\s,]+/);
  if (names.includes('*') || names.includes('accept-encoding')) return vary;
  return vary === '' ? 'accept-encoding' : `${vary}, accept-encoding`;
}

/** What names exactly the bytes that a reply had before. */
const ofTheBytes: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-digest',
  'content-md5',
  'digest',
  'repr-digest',
]);

function recoded(headers: HttpHeaders, etag: string): HttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !ofTheBytes.has(name));
  const weak = etag.startsWith('"') ? { etag: `W/${etag}` } : {};
  return { ...Object.fromEntries(kept), ...weak };
}
