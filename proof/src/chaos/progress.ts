import type { Sample } from './load.ts';

/** What a live line is written to. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Tells how a run goes. */
export interface Progress extends Disposable {
  /** What happens now. */
  says(what: string): void;
  ended(sample: Sample): void;
}

const rewriteMs = 200;

/** A line that is written over and over, or, where there is no terminal, one for each thing that happens. */
export function createProgress(
  terminal: Terminal,
  { seconds, rate }: { readonly seconds: number; readonly rate: number },
): Progress {
  let what = 'starting';
  let [done, failed, slowest] = [0, 0, 0];
  const rewrite = (): void => {
    const calls = `${done}/${seconds * rate} calls, ${failed} failed, slowest ${Math.round(slowest)} ms`;
    terminal.write(`\r\x1b[K${what.padEnd(10)} ${calls}`);
    slowest = 0;
  };
  const timer = terminal.isTTY === true ? setInterval(rewrite, rewriteMs) : undefined;
  return {
    says(now) {
      what = now;
      if (timer === undefined) terminal.write(`${now}\n`);
    },
    ended({ latencyMs, code }) {
      done++;
      if (code !== undefined) failed++;
      slowest = Math.max(slowest, latencyMs);
    },
    [Symbol.dispose]() {
      if (timer === undefined) return;
      clearInterval(timer);
      terminal.write('\r\x1b[K');
    },
  };
}
