import {
  abortable,
  type CancelableContext,
  type Context,
  deadlineExceeded,
  type Endpoint,
  isAsyncIterable,
  type Middleware,
  ServiceError,
  settle,
  signalSource,
} from '@fairlead/endpoint';
import { breakerOpen } from './refusals.ts';

/** How a breaker of another library makes a call: it calls `run` once, more often, or not at all. */
export interface Vendor {
  execute(run: (signal?: AbortSignal) => Promise<unknown>, ctx: Context): Promise<unknown>;
  /** What an error of the library itself says; undefined for any other. */
  meaningOf(error: unknown): VendorError | undefined;
}

/** It is open, it was shut down for good, it has too many calls under way, or it would not wait any longer. */
export type VendorError = 'open' | 'shut' | 'busy' | 'late';

/** The middleware of a breaker of another library. */
export function vendorGuard(vendor: Vendor): Middleware {
  return (next) =>
    function guarded(request, ctx) {
      if (ctx.error !== undefined) return Promise.reject(ctx.error);
      const call = new VendorCall(next, request, ctx);
      return abortable(call.through(vendor), ctx);
    };
}

/** One call, as the library makes it. A class, for what its tries share. */
class VendorCall<Req, Res> {
  private readonly next: Endpoint<Req, Res>;
  private readonly request: Req;
  private readonly ctx: Context;
  /** What the last try was rejected with; a library may hand that on, or have an error of its own. */
  private thrown: unknown = undefined;
  private wasCalled = false;
  private isStreaming = false;
  private scope: CancelableContext | undefined = undefined;

  constructor(next: Endpoint<Req, Res>, request: Req, ctx: Context) {
    this.next = next;
    this.request = request;
    this.ctx = ctx;
  }

  through(vendor: Vendor): Promise<Res> {
    return new Promise((resolve, reject) => {
      const handOver = (stream: Promise<Res>): void => {
        this.isStreaming = true;
        resolve(stream);
      };
      const call = vendor.execute((signal) => this.attempt(signal, handOver), this.ctx);
      call.then(
        (response) => {
          this.leave();
          // Sound but for a fallback of the library, whose answer its user vouches for.
          resolve(response as Res);
        },
        (error: unknown) => {
          this.leave(error);
          reject(this.errorOf(error, vendor));
        },
      );
    });
  }

  private async attempt(
    signal: AbortSignal | undefined,
    handOver: (stream: Promise<Res>) => void,
  ): Promise<unknown> {
    this.ctx.throwIfAborted();
    // The caller has this stream already, and must not get another.
    if (this.isStreaming) throw this.thrown;
    this.wasCalled = true;
    const scope = this.ctx.withCancel();
    this.scope = scope;
    const unlink = this.link(scope, signal);
    try {
      const response = await this.next(this.request, scope);
      return isAsyncIterable(response) ? await this.untilOver(response, handOver) : response;
    } catch (error) {
      this.thrown = error;
      throw error;
    } finally {
      unlink();
      scope[Symbol.dispose]();
      if (this.scope === scope) this.scope = undefined;
    }
  }

  /** Gives a stream to the caller at once, and to the library when it is over. */
  private untilOver(stream: Res, handOver: (stream: Promise<Res>) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const over = ({ error }: { readonly error: unknown }): void => {
        if (error === undefined) resolve(stream);
        else reject(error);
      };
      handOver(settle(Promise.resolve(stream), over, this.ctx));
    });
  }

  /** Ends a try when the library's own signal does: it has timed out. */
  private link(scope: CancelableContext, signal: AbortSignal | undefined): () => void {
    if (signal === undefined || signal === this.ctx.signal) return () => {};
    const source = signalSource(signal);
    return source.onAbort((cause) => scope.cancel(deadlineExceeded({ cause })));
  }

  /** Ends a try that the library would not wait for, and which is under way still. */
  private leave(cause?: unknown): void {
    this.scope?.cancel(deadlineExceeded({ cause }));
  }

  private errorOf(error: unknown, vendor: Vendor): unknown {
    if (this.wasCalled && error === this.thrown) return error;
    const unsent = !this.wasCalled;
    switch (vendor.meaningOf(error)) {
      case 'open':
        return breakerOpen({ cause: error, unsent });
      case 'shut':
        return new ServiceError('unavailable', 'circuit breaker is shut down: make another', {
          cause: error,
          unsent,
          retryable: false,
        });
      case 'busy':
        return new ServiceError('resource_exhausted', 'too many calls at once', {
          cause: error,
          unsent,
        });
      case 'late':
        return this.ctx.error ?? deadlineExceeded({ cause: error });
      default:
        return error;
    }
  }
}
