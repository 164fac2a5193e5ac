/**
 * Calls a listener. What it throws is nobody's on the stack here: it becomes an uncaught exception of
 * the process, as for a listener of an AbortSignal, and never the outcome of a call.
 */
export function tell<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    listener?.(event);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
