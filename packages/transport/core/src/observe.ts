/**
 * An observer that cannot hurt what it observes: what it throws is dropped, since the observer has
 * failed and not the call, and nobody is left to tell.
 */
export function harmless<Args extends readonly unknown[]>(
  observer: ((...args: Args) => void) | undefined,
): (...args: Args) => void {
  return (...args) => {
    try {
      const returned: unknown = observer?.(...args);
      // An async function is taken where one that returns nothing is asked for.
      if (returned instanceof Promise) returned.catch(() => {});
    } catch {
      // See above.
    }
  };
}
