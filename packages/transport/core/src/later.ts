/**
 * Whether a stage has to be waited for. Most answer at once, and to await what is there already
 * costs a turn of the microtask queue, with the calls of everybody else in it.
 */
export function isLater<T>(outcome: T | PromiseLike<T>): outcome is PromiseLike<T> {
  return typeof (outcome as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
