/** A promise and the function that fulfils it: for a test that waits for an event. */
export function event<T = void>(): {
  readonly happened: Promise<T>;
  readonly happen: (value: T) => void;
} {
  let happen!: (value: T) => void;
  const happened = new Promise<T>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}

/** Lets the event loop turn once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
