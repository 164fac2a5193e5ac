import type { ServerOptions } from 'node:http2';
import { checkNumber } from '@fairlead/endpoint';

/** Limits of HTTP/2, for each connection. */
export interface Http2Options {
  /** How many requests may be in progress at once. Default 100; a client keeps the rest to itself, or is refused. */
  readonly maxConcurrentRequests?: number | undefined;
  /**
   * How long a client may leave a reply, or the next part of a streamed one, untaken, in milliseconds.
   * Default 60 000; 0 for no limit. The request is broken off then, and what waits for it is freed.
   */
  readonly stallTimeoutMs?: number | undefined;
  /**
   * How many requests a client may take back, or have broken off, in a burst. Default 500, and 33 more
   * each second; beyond that the connection is closed.
   */
  readonly maxResets?: number | undefined;
  /** How many pings and settings a client may send in a second. Default 1000; beyond that the connection is closed. */
  readonly maxControlFrames?: number | undefined;
}

/** The limits of a connection, all of them. */
export interface Http2Limits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly maxControlFrames: number;
  readonly maxResets: number;
  readonly maxHeaderBytes: number;
  /** What Node sees to. */
  readonly node: ServerOptions;
}

/** Limits that HTTP/2 shares with HTTP/1.1. */
export type SharedLimits = Pick<
  Http2Limits,
  'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveTimeoutMs' | 'maxHeaderBytes'
> & { readonly maxHeaders: number };

/** Method, scheme, authority and path come as headers too. */
const pseudoHeaders = 4;

/** Checks the options of HTTP/2. */
export function http2Limits(options: Http2Options, shared: SharedLimits): Http2Limits {
  const { maxHeaderBytes, maxHeaders, ...timeouts } = shared;
  const { maxConcurrentRequests = 100, stallTimeoutMs = 60_000 } = options;
  const atLeastOne = { min: 1, integer: true };
  return {
    ...timeouts,
    stallTimeoutMs: checkNumber('stallTimeoutMs', stallTimeoutMs),
    maxControlFrames: checkNumber('maxControlFrames', options.maxControlFrames ?? 1000, atLeastOne),
    maxResets: checkNumber('maxResets', options.maxResets ?? 500, atLeastOne),
    maxHeaderBytes,
    node: {
      settings: {
        maxConcurrentStreams: checkNumber(
          'maxConcurrentRequests',
          maxConcurrentRequests,
          atLeastOne,
        ),
        // Told to the client; one that does not acknowledge it is held to it all the same, see `guardHead2`.
        maxHeaderListSize: maxHeaderBytes,
        enablePush: false,
      },
      maxHeaderListPairs: maxHeaders + pseudoHeaders,
      // Beside the limits that Node has by itself: on what waits to be sent, on unknown frames.
      maxSessionInvalidFrames: 100,
    },
  };
}
