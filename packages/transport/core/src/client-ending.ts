import { type Context, type ScopedContext, ServiceError } from '@fairlead/endpoint';
import type { ClientCall, ClientHooks } from './hooks.ts';
import { isLater } from './later.ts';
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
  const { finalize = [] } = hooks;
  const observe = harmless(hooks.onError);

  async function finish(
    { ctx, call }: Progress<Call>,
    error: ServiceError | undefined,
  ): Promise<void> {
    const outcome = { error, status: status(call, error) };
    for (const hook of finalize) {
      try {
        const done = hook(ctx, call, outcome);
        if (isLater(done)) await done;
      } catch (failure) {
        observe(failure, ctx, call);
      }
    }
  }

  return {
    failed({ ctx, call }, thrown) {
      observe(thrown, ctx, call);
      return ServiceError.from(thrown);
    },
    conclude(progress, error) {
      progress.scoped[Symbol.dispose]();
      return finalize.length === 0 ? undefined : finish(progress, error);
    },
  };
}
