import { systemClock } from '@fairlead/endpoint';

/** How many characters wait at most: a batch is for speed, and must not hold much memory. */
const maxChars = 65_536;

/** What writes the lines that wait, for a process that ends before their time. */
const waiting = new Set<() => void>();
let isExitHeard = false;

/**
 * Writes lines together: what comes within `delayMs` milliseconds of the first one goes out in one write, with an
 * urgent line at once, and at the end of the process. What `write` throws is dropped.
 */
export function batched(
  write: (text: string) => void,
  delayMs: number,
): (line: string, isUrgent: boolean) => void {
  let text = '';
  let stop: (() => void) | undefined;

  function flush(): void {
    stop?.();
    stop = undefined;
    waiting.delete(flush);
    const lines = text;
    text = '';
    try {
      write(lines);
    } catch {
      // A line less must never be a call less.
    }
  }

  return (line, isUrgent) => {
    text += line;
    if (isUrgent || text.length >= maxChars) return flush();
    if (stop !== undefined) return;
    hearExit();
    waiting.add(flush);
    stop = systemClock.schedule(delayMs, flush);
  };
}

/** One listener for all, and for good. */
function hearExit(): void {
  if (isExitHeard) return;
  isExitHeard = true;
  process.on('exit', () => {
    for (const flush of waiting) flush();
  });
}
