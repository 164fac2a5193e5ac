import { execFile, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onCpu } from '../pin.ts';
import type { Sample } from '../worker.ts';
import { connections, wrkScript } from './post.ts';

/** Whether wrk is installed: it takes less of a CPU than any load in JavaScript. */
export function hasWrk(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined;
}

/** Loads a URL for a whole number of seconds. */
export async function wrk(url: string, ms: number): Promise<Sample> {
  const script = join(tmpdir(), `fairlead-wrk-${process.pid}.lua`);
  writeFileSync(script, wrkScript);
  try {
    const seconds = Math.max(1, Math.round(ms / 1000));
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script];
    const [command = '', ...rest] = onCpu('other', ['wrk', ...options, url]);
    const { stdout } = await promisify(execFile)(command, rest);
    return readReport(stdout);
  } finally {
    rmSync(script, { force: true });
  }
}

function readReport(text: string): Sample {
  const [, requests, elapsed] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(text))
    throw new Error(`wrk failed:\n${text}`);
  return { calls: Number(requests), elapsedMs: Number(elapsed) * 1000 };
}
