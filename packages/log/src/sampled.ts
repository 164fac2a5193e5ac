import { type Clock, checkNumber, isServiceError, systemClock } from '@fairlead/endpoint';
import type { Fields, Level, Logger } from './logger.ts';

/** How often the same line is written. */
export interface SampleOptions {
  /** How many of the same line are written in each window. Default 10. */
  readonly first?: number | undefined;
  /** How long a window is, in milliseconds. Default 10 000. */
  readonly windowMs?: number | undefined;
  /** How many different lines are told apart; of more the oldest is forgotten. Default 1000. */
  readonly maxLines?: number | undefined;
  /** Which levels are sampled. Default: `warn` and `error`. */
  readonly levels?: readonly Level[] | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

interface Repeats {
  since: number;
  count: number;
}

/**
 * A logger that writes the same line only so often: an outage makes a few lines and a count, not a
 * full disk. Lines are the same when their level, message, `method` and `code` are, or that of their `error`.
 * The first line of the next window says how many were left out: `left_out=1840`.
 *
 * ```ts
 * const log = sampled(logger(), { first: 5, windowMs: 60_000 });
 * ```
 *
 * No timer runs: what was left out of a line that never comes again is not told. Loggers made by `with`
 * count together.
 */
export function sampled(log: Logger, options: SampleOptions = {}): Logger {
  const { levels = ['warn', 'error'], clock = systemClock } = options;
  const first = checkNumber('first', options.first ?? 10, { min: 1, integer: true });
  const windowMs = checkNumber('windowMs', options.windowMs ?? 10_000, { min: 1 });
  const maxLines = checkNumber('maxLines', options.maxLines ?? 1000, { min: 1, integer: true });
  const seen = new Map<string, Repeats>();

  /** How many were left out before this line, or undefined where it is left out itself. */
  function admit(key: string): number | undefined {
    const now = clock.now();
    const before = seen.get(key);
    if (before !== undefined && now - before.since < windowMs) {
      before.count++;
      return before.count <= first ? 0 : undefined;
    }
    // Anew at the end: the oldest window stands first.
    seen.delete(key);
    if (seen.size >= maxLines) {
      const [oldest] = seen.keys();
      if (oldest !== undefined) seen.delete(oldest);
    }
    seen.set(key, { since: now, count: 1 });
    return Math.max(0, (before?.count ?? 0) - first);
  }

  function wrap(inner: Logger): Logger {
    const at = (level: Level): Logger['info'] => {
      const write: Logger['info'] = (message, fields) => inner[level](message, fields);
      if (!levels.includes(level)) return write;
      return (message, fields) => {
        if (!inner.isEnabled(level)) return;
        const leftOut = admit(keyOf(level, message, fields));
        if (leftOut === undefined) return;
        write(message, leftOut === 0 ? fields : { ...fields, left_out: leftOut });
      };
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => wrap(inner.with(fields)),
      isEnabled: (level) => inner.isEnabled(level),
    };
  }

  return wrap(log);
}

function keyOf(level: Level, message: string, fields: Fields | undefined): string {
  try {
    const error = fields?.['error'];
    const code = fields?.['code'] ?? (isServiceError(error) ? error.code : undefined);
    return JSON.stringify([level, message, text(fields?.['method']), text(code)]);
  } catch {
    return message;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
