import type { Context, Operation, ServiceError } from '@fairlead/endpoint';
import type { MetadataReader, MetadataWriter } from './metadata.ts';

/** One call on the server, as its hooks see it. A binding adds what its transport has to show. */
export interface ServerCall {
  readonly operation: Operation;
  /** What the caller sent beside its request. */
  readonly requestMetadata: MetadataReader;
  /** What goes back beside the response, or beside the error. */
  readonly responseMetadata: MetadataWriter;
}

/** One call on the client, as its hooks see it. */
export interface ClientCall {
  readonly operation: Operation;
  /** What goes out beside the request. */
  readonly requestMetadata: MetadataWriter;
  /** What came back beside the response or the error; empty before anything came. */
  readonly responseMetadata: MetadataReader;
}

/** How a call ended, on either side. */
export interface Outcome {
  /** The transport's own status, as it went over the wire: 200 over HTTP, 0 over gRPC. */
  readonly status: number;
  /** Why it failed; undefined where it did not. The original, if it was another error, is the `cause`. */
  readonly error: ServiceError | undefined;
}

/**
 * What a hook hands on: the context for what follows, made from the one that it got, or nothing for
 * the same one. A hook that makes one with a timeout disposes of it in `finalize`.
 */
export type NextContext = Context | void | Promise<Context | void>;

/**
 * What runs around the stages of a call on the server. Every list runs in order, one at a time:
 *
 * ```
 * before* → decode → endpoint → after* → encode → send → finalize*
 * ```
 *
 * A throw or a rejection anywhere, and a call whose context has ended, skips the rest and goes to
 * `onError`, then is encoded and sent as an error; `finalize` runs on every path.
 */
export interface ServerHooks<Call extends ServerCall, Res> {
  /** Before the request is read. May put values into the context it returns, or throw to refuse the call. */
  readonly before?: readonly ((ctx: Context, call: Call) => NextContext)[];
  /** When the endpoint has answered, before the response is encoded. Does not run for an error. */
  readonly after?: readonly ((ctx: Context, call: Call, response: Res) => void | Promise<void>)[];
  /**
   * Sees each error as it was thrown, before the caller gets its clean form: the place to log.
   * Cannot change it; what this hook itself throws is dropped.
   */
  readonly onError?: (error: unknown, ctx: Context, call: Call) => void;
  /** When all is over, with the last context. What it throws goes to `onError`; the call is not touched. */
  readonly finalize?: readonly ((
    ctx: Context,
    call: Call,
    outcome: Outcome,
  ) => void | Promise<void>)[];
}

/**
 * What runs around the stages of a call on the client. Every list runs in order, one at a time:
 *
 * ```
 * encode → before* → send → after* → decode → finalize*
 * ```
 *
 * A throw or a rejection anywhere, and a call whose context has ended, skips the rest and
 * becomes the call's error, which `onError` sees first; `finalize` runs on every path.
 */
export interface ClientHooks<Call extends ClientCall> {
  /** When the request is encoded, before it is sent. May throw to keep it from being sent. */
  readonly before?: readonly ((ctx: Context, call: Call) => NextContext)[];
  /** When the reply has come, a reply with an error included, before it is decoded. */
  readonly after?: readonly ((ctx: Context, call: Call) => void | Promise<void>)[];
  /**
   * Sees each error as it was thrown, before the caller gets its clean form. Cannot change it; what
   * this hook itself throws is dropped. `call` is undefined where the request could not be encoded.
   */
  readonly onError?: (error: unknown, ctx: Context, call: Call | undefined) => void;
  /** When all is over, with the last context. What it throws goes to `onError`; the call is not touched. */
  readonly finalize?: readonly ((
    ctx: Context,
    call: Call | undefined,
    outcome: Outcome,
  ) => void | Promise<void>)[];
}
