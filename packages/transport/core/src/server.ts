import {
  abortable,
  type CancelableContext,
  type Context,
  chain,
  discard,
  type Endpoint,
  lift,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { finalizer } from './finalize.ts';
import type { Outcome, ServerCall, ServerHooks } from './hooks.ts';
import { isLater } from './later.ts';
import { harmless } from './observe.ts';
import { preparer } from './prepare.ts';

/** What a transport does at each stage of a call on the server. A throw goes the way of all errors. */
export interface ServerStages<Call extends ServerCall, Req, Res, Reply> {
  /** Reads the request. */
  decode(call: Call, ctx: Context): Req | Promise<Req>;
  /** Makes the whole reply of a response: nothing has been sent yet, so it may still fail. */
  encode(response: Res, call: Call, ctx: Context): Reply | Promise<Reply>;
  /** Makes the reply of an error. */
  encodeError(error: ServiceError, call: Call, ctx: Context): Reply | Promise<Reply>;
  /** Sends a reply, a streamed one until its end or that of the context, and returns its status. */
  send(reply: Reply, call: Call, ctx: Context): number | Promise<number>;
  /** Ends a call that cannot be answered any more, as well as it still can; returns its status. Must not throw. */
  abandon(error: ServiceError, call: Call): number;
}

/** Runs one call. The context is the call's own: it is disposed of at the end. Never rejects. */
export type CallRunner<Call> = (call: Call, ctx: CancelableContext) => Promise<void>;

/**
 * The lifecycle of a call on the server, one for every transport: see {@link ServerHooks} for its
 * order. Nothing of it runs once the context has ended: an expired deadline calls nothing and is
 * answered; a caller who is gone is not answered at all. With a deadline the caller has its answer
 * by then, even from an endpoint that ignores its context.
 */
export function serverLifecycle<Call extends ServerCall, Req, Res, Reply>(
  endpoint: Endpoint<Req, Res>,
  stages: ServerStages<Call, Req, Res, Reply>,
  hooks: ServerHooks<Call, Res>,
): CallRunner<Call> {
  const { after = [], middleware } = hooks;
  const invoke = middleware === undefined ? lift(endpoint) : lift(chain(middleware)(endpoint));

  const observe = harmless(hooks.onError);
  const prepare = preparer(hooks.before ?? []);
  const finalize = finalizer(hooks.finalize ?? [], observe);

  /** Both under one deadline: a body can be as slow as an endpoint. */
  async function readAndInvoke(call: Call, ctx: Context): Promise<Res> {
    const request = await stages.decode(call, ctx);
    ctx.throwIfAborted();
    return await invoke(request, ctx);
  }

  async function answerError(
    thrown: unknown,
    ctx: Context,
    call: Call,
    root: Context,
  ): Promise<Outcome> {
    const error = ServiceError.from(thrown);
    observe(thrown, ctx, call);
    try {
      if (!isGone(root)) {
        const reply = await stages.encodeError(error, call, ctx);
        if (!isGone(root)) return { error, status: await stages.send(reply, call, ctx) };
      }
    } catch (second) {
      observe(second, ctx, call);
      return { error, status: stages.abandon(ServiceError.from(second), call) };
    }
    return { error, status: stages.abandon(error, call) };
  }

  async function follow(ctx: Context, call: Call, response: Res): Promise<void> {
    for (const hook of after) {
      await hook(ctx, call, response);
      ctx.throwIfAborted();
    }
  }

  return async function run(call, root) {
    const standing = { ctx: root.with(operation, call.operation) };
    let outcome: Outcome;
    let unsent: unknown;
    try {
      standing.ctx.throwIfAborted();
      const prepared = prepare(standing, call);
      if (prepared !== undefined) await prepared;
      const { ctx } = standing;
      let response: Res;
      if (ctx.deadline === undefined) {
        // Not by readAndInvoke: its promise is one too many for a call that nothing cuts short.
        const decoded = stages.decode(call, ctx);
        const request = isLater(decoded) ? await decoded : decoded;
        ctx.throwIfAborted();
        response = await invoke(request, ctx);
      } else response = await abortable(readAndInvoke(call, ctx), ctx);
      unsent = response;
      ctx.throwIfAborted();
      if (after.length > 0) await follow(ctx, call, response);
      const encoded = stages.encode(response, call, ctx);
      const reply = isLater(encoded) ? await encoded : encoded;
      ctx.throwIfAborted();
      unsent = undefined;
      const sent = stages.send(reply, call, ctx);
      outcome = { error: undefined, status: isLater(sent) ? await sent : sent };
    } catch (thrown) {
      discard(unsent);
      outcome = await answerError(thrown, standing.ctx, call, root);
    }
    const finalized = finalize(standing.ctx, call, outcome);
    if (finalized !== undefined) await finalized;
    root[Symbol.dispose]();
  };
}

/** Whether the caller is no longer there, so that an answer would reach nobody. */
function isGone(root: Context): boolean {
  return root.error?.code === 'canceled';
}
