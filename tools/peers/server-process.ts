import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stopped } from './stopped.ts';

/** How to start a server. Its ports are in its arguments, so that it comes back where it was. */
export interface ServerSpec {
  readonly command: string;
  /** Its arguments, given the folder that is its own, for data and configuration. */
  arguments(folder: string): readonly string[];
  /** Whether it serves by now; may throw when it does not. Asked again and again, each time for a second at most. */
  isReady(signal: AbortSignal): Promise<boolean>;
  /** Puts what it reads at the start into its folder. */
  prepare?(folder: string): Promise<void>;
}

/** A server that a test may treat badly. Disposing of it leaves no process and no file. */
export interface ServerProcess extends AsyncDisposable {
  /** SIGKILL; resolves when the process is gone. Its data stays, for {@link restart}. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGSTOP; resolves when it has stopped: it is there, and answers nothing. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): void;
  /** Kills it where it runs, starts it at the same ports, and waits until it serves. Data is kept unless `keepData: false`. */
  restart(options?: { readonly keepData?: boolean | undefined }): Promise<void>;
  /** Resolves when it serves; rejects after 20 s, with what it wrote. */
  ready(): Promise<void>;
  /** What it has written, both streams together, since its last start. */
  output(): string;
}

/** A server that has been spawned and need not serve yet: members of a cluster wait for each other. */
export async function spawnServer(spec: ServerSpec): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-server-'));
  await spec.prepare?.(folder);
  let current = launch(spec, folder);

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!isRunning(current.child)) return;
    send(current.child, signal);
    // A process that was paused has to go on to end by SIGTERM.
    send(current.child, 'SIGCONT');
    await current.gone;
  }

  return {
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async pause() {
      const { child } = current;
      send(child, 'SIGSTOP');
      if (child.pid !== undefined) await stopped(child.pid);
    },
    resume: () => send(current.child, 'SIGCONT'),
    ready: () => ready(spec, current),
    output: () => current.output(),
    async restart({ keepData = true } = {}) {
      await end('SIGKILL');
      if (!keepData) {
        await rm(folder, { recursive: true });
        await mkdir(folder);
        await spec.prepare?.(folder);
      }
      current = launch(spec, folder);
      await ready(spec, current);
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A server that serves. */
export async function startServer(spec: ServerSpec): Promise<ServerProcess> {
  const server = await spawnServer(spec);
  try {
    await server.ready();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** Starts again, on other ports, where somebody took one between the choice and the start. */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !/address already in use/.test(String(error))) throw error;
    }
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  output(): string;
}

function launch(spec: ServerSpec, folder: string): Run {
  const args = spec.arguments(folder);
  // A group of its own, which Ctrl-C in the terminal of the tests does not reach before they end it.
  const child = spawn(spec.command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const guard = guardOf(child, folder);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const gone = once(child, 'close').then(
    () => void guard.kill('SIGKILL'),
    (error: unknown) => {
      output += String(error);
    },
  );
  return { child, gone, output: () => output };
}

/**
 * A shell that ends the server and removes its folder when this process is gone, in whatever way:
 * the pipe that it reads from is closed then.
 */
function guardOf({ pid }: ChildProcess, folder: string): ChildProcess {
  const script = 'read _; kill -9 "-$1"; rm -rf "$2"';
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || !isRunning(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // It ended by itself just now.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const startLimitMs = 20_000;
const retryMs = 20;

async function ready(spec: ServerSpec, { child, output }: Run): Promise<void> {
  const limit = Date.now() + startLimitMs;
  while (isRunning(child) && Date.now() < limit) {
    if (await spec.isReady(AbortSignal.timeout(1000)).catch(() => false)) return;
    await delay(retryMs);
  }
  throw new Error(`${spec.command} does not serve; it wrote:\n${output()}`);
}
