import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runToEnd } from './process.ts';

/**
 * Resolves when a process that was sent SIGSTOP has stopped: it goes on for some milliseconds after
 * the signal was sent, one thread longer than another, and could answer meanwhile.
 */
export async function stopped(pid: number): Promise<void> {
  while (!(await states(pid)).every((state) => still.has(state))) await delay(1);
}

/** Stopped, ended (and not asked for its result yet), gone: none of them goes on by itself. */
const still = new Set(['T', 'Z', 'X', '']);

/** One per thread on Linux, where each stops for itself; elsewhere one of the process. None where it is gone. */
async function states(pid: number): Promise<string[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await runToEnd('ps', ['-o', 'state=', '-p', String(pid)]);
    return [stdout.trim().charAt(0)];
  }
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder).catch(() => []);
  return Promise.all(threads.map((thread) => stateOf(`${folder}/${thread}/stat`)));
}

async function stateOf(file: string): Promise<string> {
  const stat = await readFile(file, 'utf8').catch(() => '');
  // It follows the name of the thread, which stands in parentheses and may hold any character.
  return stat.charAt(stat.lastIndexOf(')') + 2);
}
