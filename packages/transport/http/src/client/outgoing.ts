import type { Context } from '@fairlead/endpoint';

/** What an `encode` makes of a request. */
export interface HttpOutgoing {
  /** The path below the client's base URL, from `/` on; may bring a query. Default: the endpoint's. */
  readonly path?: string | undefined;
  /** Parameters that are added to the path's query. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Headers by lower-case name, added to the endpoint's. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A value that goes out as a JSON body. */
  readonly json?: unknown;
  /**
   * A body as it is; its type goes into `headers`. A stream is sent in chunks, no faster than the
   * server reads; it is closed where the call ends first, and what it rejects with ends the call.
   */
  readonly body?: OutgoingBody | undefined;
}

/** The body of a request, whole or as a stream. */
export type OutgoingBody = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** What encodes the requests of one endpoint. */
export type HttpEncode<Req> = (request: Req, ctx: Context) => HttpOutgoing | Promise<HttpOutgoing>;
