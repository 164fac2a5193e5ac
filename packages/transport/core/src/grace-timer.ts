import { type Clock, checkNumber } from '@fairlead/endpoint';

/** How long the calls in flight of a server that closes may take, which whoever closes it again may shorten. */
export interface GraceTimer {
  /**
   * Gives them so many milliseconds from now, if that is less than they have. Undefined means 10 000
   * the first time, and later no change. Throws for what is no time.
   */
  limit(graceMs: number | undefined): void;
  /** How long they have still; `Infinity` where nobody set a limit. */
  remainingMs(): number;
  /** Calls `end` once, when their time is over. */
  start(end: () => void): void;
  /** It is no longer needed: `end` is not called any more. */
  stop(): void;
}

const defaultMs = 10_000;

/** Makes the grace of one server. It has no timer before its start. */
export function graceTimer(clock: Clock): GraceTimer {
  let endsAt: number | undefined;
  let onEnd: (() => void) | undefined;
  let cancel: (() => void) | undefined;

  function remainingMs(): number {
    return endsAt === undefined ? Infinity : Math.max(0, endsAt - clock.now());
  }

  function arm(): void {
    cancel?.();
    cancel = undefined;
    const ms = remainingMs();
    if (onEnd !== undefined && ms !== Infinity) cancel = clock.schedule(ms, onEnd);
  }

  return {
    limit(graceMs) {
      if (graceMs === undefined && endsAt !== undefined) return;
      const at = clock.now() + checkNumber('graceMs', graceMs ?? defaultMs);
      if (endsAt !== undefined && at >= endsAt) return;
      endsAt = at;
      arm();
    },
    remainingMs,
    start(end) {
      onEnd = end;
      arm();
    },
    stop() {
      onEnd = undefined;
      arm();
    },
  };
}
