import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onCpu } from './pin.ts';
import type { Sample, WorkerMessage } from './worker.ts';

/** A process that measures, or that is measured. */
export interface Worker {
  /** Where it listens; 0 for one that does not. */
  readonly port: number;
  measure(ms: number): Promise<Sample>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  /** The program of Node that runs it. */
  readonly node: string;
  /** The CPU that it keeps to; see {@link onCpu}. */
  readonly cpu: 'subject' | 'other';
  readonly args?: readonly (string | number)[];
  /** For Node itself. */
  readonly flags?: readonly string[];
}

/**
 * Starts a script and waits until it is ready: one of this package, `servers/node-http` for example,
 * or one of the rivals', `servers/fastify.mjs`.
 */
export async function startWorker(
  script: string,
  { node, cpu, args = [], flags = [] }: WorkerOptions,
): Promise<Worker> {
  const path = fileURLToPath(new URL(fileOf(script), import.meta.url));
  const [command, ...rest] = onCpu(cpu, [node, ...flags, path, ...args.map(String)]);
  const child = spawn(command ?? node, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ready = await nextMessage(child, script);
  if (ready.kind !== 'ready') throw new Error(`${script} spoke before it was ready`);

  return {
    port: ready.port,
    async measure(ms) {
      const answer = nextMessage(child, script);
      child.send(ms);
      const message = await answer;
      if (message.kind === 'sample') return message.sample;
      throw new Error(
        `${script} failed: ${message.kind === 'failed' ? message.reason : message.kind}`,
      );
    },
    close: () => ended(child),
  };
}

function fileOf(script: string): string {
  return script.endsWith('.mjs') ? `../rivals/${script}` : `./${script}.js`;
}

function nextMessage(child: ChildProcess, script: string): Promise<WorkerMessage> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null): void =>
      reject(new Error(`${script} ended with ${code ?? 'a signal'}`));
    child.once('exit', exited);
    child.once('error', reject);
    child.once('message', (message) => {
      child.off('exit', exited);
      child.off('error', reject);
      // Sound: the other end is serveRounds.
      resolve(message as WorkerMessage);
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.disconnect();
  });
}
