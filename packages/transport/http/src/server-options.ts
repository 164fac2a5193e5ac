import type { TlsOptions } from 'node:tls';
import type { Clock } from '@fairlead/endpoint';
import type { Http2Options } from './http2/options.ts';

/** Limits of a server. Every time is in milliseconds. */
export interface HttpServerOptions {
  /** How long a client may take to send its headers; 0 for no limit. Default 10 000, or `requestTimeoutMs` if less. */
  readonly headersTimeoutMs?: number | undefined;
  /** How long a client may take to send a whole request; 0 for no limit. Default 30 000; a slower one gets 408. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How long a client may leave its answer unread; 0 for no limit. Default 30 000; one of whose answer
   * nothing has left for so long, and up to a second more, is cut off. Slow but steady is no matter.
   * Requests of HTTP/2 have `stallTimeoutMs` of its options instead.
   */
  readonly writeTimeoutMs?: number | undefined;
  /**
   * How long a connection is kept between two requests. Default 65 000: longer than the usual load
   * balancer keeps its own end, so that it is not the server who closes first.
   */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** The largest block of headers, in bytes. Default 16 KiB; a larger one gets 431. */
  readonly maxHeaderBytes?: number | undefined;
  /** How many headers a request may have. Default 100; one with more gets 431. */
  readonly maxHeaders?: number | undefined;
  /**
   * How many requests may wait on a connection for the answer of one before them. Default 100; one more
   * gets 429, and the connection is closed. They are served at once, and their answers kept until it is
   * their turn, so that this bounds what one connection can fill the memory with.
   */
  readonly maxPipelined?: number | undefined;
  /**
   * Key and certificate, for HTTPS, and whatever else Node's `tls.createServer` takes. A handshake
   * may take as long as headers may.
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * HTTP/2 beside HTTP/1.1, on the same port: with `tls` for clients that choose it (ALPN), without
   * it for those that begin with it (prior knowledge, h2c). `true` for its default limits. Default: none.
   */
  readonly http2?: boolean | Http2Options | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A server's options where it speaks HTTP/1.1 alone, as listeners that know nothing else need it. */
export interface Http1ServerOptions extends HttpServerOptions {
  readonly http2?: false | undefined;
}
