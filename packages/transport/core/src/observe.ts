/**
 * An observer that cannot hurt what it observes: what it throws is dropped, since the observer has
 * failed and not the call, and nobody is left to tell.
 */
export function harmless<Args extends readonly unknown[]>(
  observer: ((...args: Args) => void) | undefined,
): (...args: Args) => void {
  return (...args) => {
    try {
      observer?.(...args);
    } catch {
      // See above.
    }
  };
}
