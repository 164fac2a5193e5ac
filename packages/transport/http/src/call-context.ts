import { type CancelableContext, type Clock, createContext } from '@fairlead/endpoint';
import type { HostedCall } from './call.ts';

/**
 * The context of a call: it ends when the client hangs up, at the deadline that the client sent, or
 * after `maxMs`. A deadline that cannot be read ends it at once, so that the call is refused.
 */
export function callContext(call: HostedCall, maxMs: number, clock: Clock): CancelableContext {
  try {
    const timeoutMs = Math.min(call.timeoutMs() ?? Infinity, maxMs);
    return createContext({ source: call, timeoutMs, clock });
  } catch (malformed) {
    const ctx = createContext({ source: call, clock });
    ctx.cancel(malformed);
    return ctx;
  }
}
