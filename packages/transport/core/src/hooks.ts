import type { Context, Middleware, Operation, ServiceError } from '@fairlead/endpoint';
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

/** Runs before a stage that has not been reached; may put values into the context, or throw to end the call. */
export type BeforeHook<Call> = (ctx: Context, call: Call) => NextContext;

/** Sees an error as it was thrown. Cannot change it; what the hook itself throws is dropped. */
export type ErrorHook<Call> = (error: unknown, ctx: Context, call: Call) => void;

/** Runs when all is over. What it throws goes to the {@link ErrorHook}; the call is not touched. */
export type FinalizeHook<Call> = (
  ctx: Context,
  call: Call,
  outcome: Outcome,
) => void | Promise<void>;

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
  /** Before the request is read: the place to authenticate, and to refuse before the body costs anything. */
  readonly before?: readonly BeforeHook<Call>[] | undefined;
  /**
   * Decorates the endpoint, outside of whatever decorates it already: for what must be around its code
   * and belongs to the hooks, such as a trace that is active inside it. Default: nothing.
   */
  readonly middleware?: Middleware | undefined;
  /** When the endpoint has answered, before the response is encoded. Does not run for an error. */
  readonly after?:
    | readonly ((ctx: Context, call: Call, response: Res) => void | Promise<void>)[]
    | undefined;
  /** Each error, before the caller gets its clean form: the place to log. */
  readonly onError?: ErrorHook<Call> | undefined;
  /** When all is over, with the last context and the real status. */
  readonly finalize?: readonly FinalizeHook<Call>[] | undefined;
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
  /** When the request is encoded, before it is sent. */
  readonly before?: readonly BeforeHook<Call>[] | undefined;
  /** When the reply has come, a reply with an error included, before it is decoded. */
  readonly after?: readonly ((ctx: Context, call: Call) => void | Promise<void>)[] | undefined;
  /** Each error, before the caller gets its clean form. No call where the request could not be encoded. */
  readonly onError?: ErrorHook<Call | undefined> | undefined;
  /** When all is over, with the last context. No call where the request could not be encoded. */
  readonly finalize?: readonly FinalizeHook<Call | undefined>[] | undefined;
}
