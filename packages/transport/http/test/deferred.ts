/** A promise and the function that keeps it: for what a test waits for. */
export function deferred<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let keep: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, resolve: (value) => keep(value) };
}
