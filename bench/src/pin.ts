import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [first, last] = allowedCpus();
const canPin = first !== last && spawnSync('taskset', ['--version']).status === 0;

/**
 * A command that keeps to one CPU: what is measured to the first, what serves or loads it to the
 * last, so that neither takes the other's time. As it was where there is no `taskset` or one CPU.
 */
export function onCpu(cpu: 'subject' | 'other', command: readonly string[]): readonly string[] {
  if (!canPin) return command;
  return ['taskset', '-c', String(cpu === 'subject' ? first : last), ...command];
}

/** Whether processes are kept to one CPU each, for the report. */
export function pinning(): string {
  return canPin ? `subject on CPU ${first}, the other side on CPU ${last}` : 'processes not pinned';
}

/** The first and the last CPU that this process may use; the same where nobody says. */
function allowedCpus(): [number, number] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(
      readFileSync('/proc/self/status', 'utf8'),
    )?.[1];
    const cpus = (list ?? '0').split(/[,-]/).map(Number);
    return [cpus[0] ?? 0, cpus.at(-1) ?? 0];
  } catch {
    return [0, 0];
  }
}
