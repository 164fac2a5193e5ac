import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspace.ts';

export interface Run {
  readonly ok: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  /** What it printed on both streams. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end, without a terminal or input; never rejects. */
export function run(
  program: string,
  args: readonly string[],
  { cwd = root, timeoutMs = 0 }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const notStarted = error && stdout === '' && stderr === '' ? `${error.message}\n` : '';
      const timedOut = error?.killed === true;
      resolve({ ok: error === null, timedOut, stdout, output: stdout + stderr + notStarted });
    });
    child.stdin?.end();
  });
}

/** Runs the command of a development dependency by its script, which needs no shell on any system. */
export function runNode(
  script: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<Run> {
  return run(process.execPath, [join(root, script), ...args], options);
}

export function tsc(...args: string[]): Promise<Run> {
  return runNode('node_modules/typescript/bin/tsc', [...args, '--pretty', 'false']);
}
