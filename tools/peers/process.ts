import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Free ports of the loopback interface, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A program that runs until it is disposed of. */
export interface RunningProgram extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it has written so far, both streams together. */
  output(): string;
}

/** Starts a server program and waits until it listens on all of its ports. */
export async function startProgram(
  command: string,
  args: readonly string[],
  ports: readonly number[],
): Promise<RunningProgram> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await Promise.all(ports.map((port) => listening(port, child, () => output)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { process: child, output: () => output, [Symbol.asyncDispose]: stop };
}

const startLimitMs = 20_000;
const retryMs = 25;

async function listening(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < startLimitMs; waitedMs += retryMs) {
    if (child.exitCode !== null) break;
    if (await accepts(port)) return;
    await delay(retryMs);
  }
  throw new Error(`${child.spawnfile} does not listen on port ${port}; it wrote:\n${output()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** What a program that ended by itself has written, and its exit code. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runToEnd(command: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...written };
}
