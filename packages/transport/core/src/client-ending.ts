import { type Context, type ScopedContext, ServiceError } from '@fairlead/endpoint';
import { finalizer } from './finalize.ts';
import type { ClientCall, ClientHooks } from './hooks.ts';
import { harmless } from './observe.ts';

/** How far a call has got. */
export interface Progress<Call> {
  readonly scoped: ScopedContext;
  /** The last context that a hook handed on. */
  ctx: Context;
  /** Undefined until the request is encoded. */
  call: Call | undefined;
  /** Whether the transport has the request. */
  sent: boolean;
}

/** What there is to do when a call fails, and when it is over. Neither throws. */
export interface Endings<Call> {
  /** Shows the error to `onError` and returns its clean form. */
  failed(progress: Progress<Call>, thrown: unknown): ServiceError;
  /** Lets go of the context, then runs `finalize`; undefined where there is nothing to wait for. */
  conclude(progress: Progress<Call>, error: ServiceError | undefined): Promise<void> | undefined;
}

/** The last part of {@link clientLifecycle}: resolved once, used at the end of each call. */
export function endings<Call extends ClientCall>(
  status: (call: Call | undefined, error: ServiceError | undefined) => number,
  hooks: ClientHooks<Call>,
): Endings<Call> {
  const observe = harmless(hooks.onError);
  const hasEnd = hooks.finalize !== undefined && hooks.finalize.length > 0;
  const finalize = finalizer(hooks.finalize ?? [], observe);

  return {
    failed({ ctx, call }, thrown) {
      observe(thrown, ctx, call);
      return ServiceError.from(thrown);
    },
    conclude(progress, error) {
      progress.scoped[Symbol.dispose]();
      const { ctx, call } = progress;
      return hasEnd ? finalize(ctx, call, { error, status: status(call, error) }) : undefined;
    },
  };
}
