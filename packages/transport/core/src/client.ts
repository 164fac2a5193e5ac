import {
  type Context,
  checkNumber,
  type Endpoint,
  type Middleware,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import type { ClientCall, ClientHooks } from './hooks.ts';
import { harmless } from './observe.ts';

/** What a transport does at each stage of a call on the client. A throw becomes the call's error. */
export interface ClientStages<Call extends ClientCall, Req, Res, Reply> {
  /** Makes the outgoing call of a request. Nothing has been sent yet. */
  encode(request: Req, ctx: Context): Call | Promise<Call>;
  /** Sends the call and waits for the reply. Must give up, and reject, when the context ends. */
  send(call: Call, ctx: Context): Promise<Reply>;
  /** Makes the response of a reply, or throws the ServiceError that the reply carries. */
  decode(reply: Reply, call: Call, ctx: Context): Res | Promise<Res>;
  /** The transport's status of a call that has ended. */
  status(call: Call | undefined, error: ServiceError | undefined): number;
}

/** What every client endpoint can be told. */
export interface ClientOptions {
  /** The longest that one call may take, in milliseconds. Default 10 000; `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /**
   * Decorates the endpoint from within, where the context already knows the operation: the place
   * for logs, metrics and traces that name it.
   */
  readonly middleware?: Middleware | undefined;
}

/** How long a call may take where nobody said, in milliseconds. */
const defaultTimeoutMs = 10_000;

/**
 * The lifecycle of a call on the client, one for every transport: see {@link ClientHooks} for its
 * order. It makes an ordinary endpoint that rejects with a ServiceError, whatever went wrong.
 *
 * The call ends after `timeoutMs` or at the caller's own deadline, whichever is sooner, and the
 * time that is left goes out with it. A context that has ended already sends nothing.
 */
export function clientLifecycle<Call extends ClientCall, Req, Res, Reply>(
  target: Operation,
  stages: ClientStages<Call, Req, Res, Reply>,
  hooks: ClientHooks<Call>,
  options: ClientOptions,
): Endpoint<Req, Res> {
  const { before = [], after = [], finalize = [] } = hooks;
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? defaultTimeoutMs);

  const observe = harmless(hooks.onError);

  async function call(request: Req, parent: Context): Promise<Res> {
    const scoped = parent.withTimeout(timeoutMs);
    let ctx: Context = scoped;
    let outgoing: Call | undefined;
    let error: ServiceError | undefined;
    try {
      ctx.throwIfAborted();
      outgoing = await stages.encode(request, ctx);
      for (const hook of before) ctx = (await hook(ctx, outgoing)) ?? ctx;
      ctx.throwIfAborted();
      const reply = await stages.send(outgoing, ctx);
      for (const hook of after) await hook(ctx, outgoing);
      ctx.throwIfAborted();
      return await stages.decode(reply, outgoing, ctx);
    } catch (thrown) {
      error = ServiceError.from(thrown);
      observe(thrown, ctx, outgoing);
      throw error;
    } finally {
      scoped[Symbol.dispose]();
      const outcome = { error, status: stages.status(outgoing, error) };
      for (const hook of finalize) {
        try {
          await hook(ctx, outgoing, outcome);
        } catch (failure) {
          observe(failure, ctx, outgoing);
        }
      }
    }
  }

  const { middleware } = options;
  const decorated = middleware === undefined ? call : middleware(call);
  return (request, ctx) => decorated(request, ctx.with(operation, target));
}
