import { type Clock, type Context, contextKey, systemClock } from '@fairlead/endpoint';
import type { ServerCall } from '@fairlead/transport';

/** What one call tells of its time. */
interface Timings {
  readonly startedAt: number;
  readonly entries: string[];
}

const timings = contextKey<Timings>('http.serverTiming');

/** The hooks that make a `Server-Timing`, for the lists of a handler or of `routes`. */
export interface ServerTiming {
  /** Starts the clock; the first of the `before` hooks measures all of them. */
  readonly before: (ctx: Context) => Context;
  /** Writes the header: `total` and what was added. The last of the `after` hooks sees the most. */
  readonly after: (ctx: Context, call: ServerCall) => void;
}

/**
 * Tells the caller in `Server-Timing`, which browsers show, how long a call took until its response
 * was there, and what {@link addTiming} said of its parts. An error carries none, nor does what an
 * encoder and the wire take count. Who reads it learns what a cache or a lookup cost: not for strangers.
 */
export function serverTiming(options: { readonly clock?: Clock | undefined } = {}): ServerTiming {
  const { clock = systemClock } = options;
  return {
    before: (ctx) => ctx.with(timings, { startedAt: clock.now(), entries: [] }),
    after(ctx, call) {
      const measured = ctx.get(timings);
      if (measured === undefined) return;
      const total = `total;dur=${rounded(clock.now() - measured.startedAt)}`;
      call.responseMetadata.set('server-timing', [total, ...measured.entries].join(', '));
    },
  };
}

/** How many parts one call may tell: a loop must not grow the head beyond what clients read. */
const maxEntries = 32;

/**
 * Adds a part of a call to its `Server-Timing`; nothing where nobody measures, and from the 33rd on.
 * The name is a word such as `db`; throws a `TypeError` for one that is none.
 */
export function addTiming(
  ctx: Context,
  name: string,
  durationMs: number,
  description?: string | undefined,
): void {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name))
    throw new TypeError(`the name of a timing must be a word, but is ${JSON.stringify(name)}`);
  const entries = ctx.get(timings)?.entries;
  if (entries === undefined || entries.length >= maxEntries) return;
  const desc = description === undefined ? '' : `;desc=${quoted(description)}`;
  entries.push(`${name}${desc};dur=${rounded(durationMs)}`);
}

/** A tenth of a millisecond: more would tell of the machine rather than of the call. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function quoted(text: string): string {
  return `"${text.replace(/[^\t\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
