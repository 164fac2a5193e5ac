import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { background } from '@fairlead/endpoint';
import { createDirectoryRegistry } from '@fairlead/sd';
import { balancedAddClient } from './balanced.ts';

const calls = 300;
const pauseMs = 4;

/** Three processes of addsvc that register in a directory, calls to them, and one killed in the middle. */
export async function showThreeInstances(print: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'addsvc-'));
  const processes = [1, 2, 3].map(() => startAddsvc(directory));
  const stop = (): void => {
    for (const { child } of processes) child.kill('SIGKILL');
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const instancer = createDirectoryRegistry(directory).instancer('addsvc');
    await using client = balancedAddClient(instancer);
    const [killed] = await Promise.all(processes.map(({ registered }) => registered));
    await instancer.ready(background);
    print('Three more of it, each a process, found in a directory and balanced');
    let failed = 0;
    const startedAt = performance.now();
    const answers: Promise<void>[] = [];
    for (let i = 0; i < calls; i++) {
      if (i === calls / 2) processes[0]?.child.kill('SIGKILL');
      const answer = client.sum({ a: i, b: 1 }, background);
      answers.push(answer.then(ignore, () => void failed++));
      await delay(pauseMs);
    }
    await Promise.all(answers);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    for (const { instance } of client.status()) {
      print(
        `  ${instance.address.padEnd(18)} ${instance.address === killed ? 'killed with SIGKILL' : 'well'}`,
      );
    }
    print(`  ${calls} calls in ${seconds} s, ${failed} failed`);
    print('');
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.map(({ gone }) => gone));
    await rm(directory, { recursive: true, force: true });
  }
}

interface Addsvc {
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
  /** Its address, once it is registered. */
  readonly registered: Promise<string>;
}

function startAddsvc(directory: string): Addsvc {
  const program = fileURLToPath(new URL('addsvc.ts', import.meta.url));
  const addresses = ['http', 'grpc', 'jsonrpc', 'debug'].map(
    (part) => `--${part}-addr=127.0.0.1:0`,
  );
  addresses.push('--limits=none');
  const flags = ['--import=tsx', '--conditions=@fairlead/source', program, ...addresses];
  const child = spawn(process.execPath, [...flags, `--registry-dir=${directory}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { child, gone: once(child, 'exit'), registered: registeredAddress(child.stderr) };
}

async function registeredAddress(stderr: Readable): Promise<string> {
  let output = '';
  for await (const text of stderr.iterator({ destroyOnReturn: false })) {
    output += text;
    const [, address] = /message=registered addr=(\S+)/.exec(output) ?? [];
    if (address === undefined) continue;
    stderr.resume();
    return address;
  }
  throw new Error(`an instance did not start; it wrote:\n${output}`);
}

function ignore(): void {}
