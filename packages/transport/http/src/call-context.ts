import type { ServerResponse } from 'node:http';
import {
  type CancelableContext,
  type CancelSource,
  type Clock,
  createContext,
  ServiceError,
} from '@fairlead/endpoint';
import type { HttpServerCall } from './call.ts';
import { readTimeoutMs } from './metadata.ts';

/**
 * The context of a call: it ends when the client hangs up, at the deadline that the client sent, or
 * after `maxMs`. A deadline that cannot be read ends it at once, so that the call is refused.
 */
export function callContext(call: HttpServerCall, maxMs: number, clock: Clock): CancelableContext {
  const source = new HangUp(call.response);
  try {
    const timeoutMs = Math.min(readTimeoutMs(call.headers) ?? Infinity, maxMs);
    return createContext({ source, timeoutMs, clock });
  } catch (malformed) {
    const ctx = createContext({ source, clock });
    ctx.cancel(malformed);
    return ctx;
  }
}

/**
 * The client going away before it has its answer. A class, since one is made for each request; it
 * looks at the response, and listens to it only when somebody listens here.
 */
class HangUp implements CancelSource {
  private readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  get error(): ServiceError | undefined {
    const { response } = this;
    if (!response.destroyed || response.writableFinished) return undefined;
    return new ServiceError('canceled', 'the client hung up');
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    if (this.error !== undefined) listener(this.error);
    const closed = (): void => {
      const { error } = this;
      if (error !== undefined) listener(error);
    };
    this.response.once('close', closed);
    return () => this.response.off('close', closed);
  }
}
