import { CancelScope } from './cancel-scope.ts';
import { type CancelSource, cancelReason } from './cancellation.ts';
import { systemClock } from './clock.ts';

/** What ends a call when its AbortSignal does: one for each signal, for as long as there is the signal. */
const sources = new WeakMap<AbortSignal, CancelSource>();

/**
 * An AbortSignal as a {@link CancelSource}. Its reason becomes a ServiceError: see {@link cancelReason}.
 *
 * However many calls a signal may end, it has one listener at most, and none when no call listens:
 * at the eleventh Node would warn of a leak.
 */
export function signalSource(signal: AbortSignal): CancelSource {
  let source = sources.get(signal);
  if (source === undefined) {
    source = new CancelScope({ clock: systemClock, source: abortEvent(signal) });
    sources.set(signal, source);
  }
  return source;
}

function abortEvent(signal: AbortSignal): CancelSource {
  return {
    get error() {
      return signal.aborted ? cancelReason(signal.reason) : undefined;
    },
    onAbort(listener) {
      const aborted = (): void => listener(cancelReason(signal.reason));
      signal.addEventListener('abort', aborted);
      return () => signal.removeEventListener('abort', aborted);
    },
  };
}
