/** The calls that a client has under way, and its end, which waits for them. */
export interface CallsInFlight {
  /** Whether the client has been closed, so that no call may start any more. */
  readonly isClosed: boolean;
  started(): void;
  ended(): void;
  /** Closes: what the calls went over is released when the last one has ended. A second time waits for the same. */
  close(): Promise<void>;
}

/** Counts the calls of one client. `release` runs once, after {@link CallsInFlight.close}, when none is left. */
export function callsInFlight(release: () => void | Promise<void>): CallsInFlight {
  let count = 0;
  let closed: Promise<void> | undefined;
  let onIdle = (): void => {};

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      if (count === 0) resolve();
      else onIdle = resolve;
    });
  }

  return {
    get isClosed() {
      return closed !== undefined;
    },
    started() {
      count++;
    },
    ended() {
      count--;
      if (count === 0) onIdle();
    },
    close() {
      closed ??= idle().then(release);
      return closed;
    },
  };
}
