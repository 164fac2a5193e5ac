import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { InstanceSetup, Order, Started } from './instance.ts';

/** The program that serves addsvc, and does badly when it is told to. */
const addsvc: URL = new URL('instance.ts', import.meta.url);

/** One instance, as its fleet has it. */
export interface Member {
  readonly name: string;
  readonly address: string;
  /** Where else it listens, as it says itself. */
  readonly more: Readonly<Record<string, string>>;
  /** SIGKILL: gone at once, and listed still. */
  kill(): Promise<void>;
  /** SIGTERM: leaves the registry, lets calls end, goes. */
  stop(): Promise<void>;
  /** How it does from now on. */
  order(order: Order): void;
}

/** The instances of a run. Disposing of it ends every one. */
export interface Fleet extends AsyncDisposable {
  /** Those that nobody ended, the oldest first. */
  readonly members: readonly Member[];
  /** Starts one more; resolves when it is registered. */
  start(): Promise<Member>;
  /** The name of the instance at an address, of those that are gone too. */
  nameOf(address: string): string;
}

/** What every instance is told; each of them also has a name. */
export type FleetSetup = Readonly<Record<string, unknown>>;

/** A fleet without an instance. */
export function createFleet(setup: Omit<InstanceSetup, 'name'>): Fleet;
export function createFleet(setup: FleetSetup, program: URL): Fleet;
export function createFleet(setup: FleetSetup, program: URL = addsvc): Fleet {
  const names = new Map<string, string>();
  const children = new Set<ChildProcess>();
  let members: readonly Member[] = [];
  let count = 0;
  let isDisposed = false;

  async function start(): Promise<Member> {
    if (isDisposed) throw new Error('the fleet has been ended');
    const name = `i${++count}`;
    const child = launch(program, { ...setup, name });
    children.add(child);
    const gone = once(child, 'exit').then(() => void children.delete(child));
    const { address, ...more } = await started(name, child);
    names.set(address, name);
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      members = members.filter((other) => other !== member);
      child.kill(signal);
      await gone;
    };
    const member: Member = {
      name,
      address,
      more,
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
      order: (order) => void child.send(order),
    };
    members = [...members, member];
    return member;
  }

  return {
    get members() {
      return members;
    },
    start,
    nameOf: (address) => names.get(address) ?? address,
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      const exits = [...children].map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(exits);
    },
  };
}

function launch(program: URL, setup: FleetSetup): ChildProcess {
  const flags = ['--import=tsx', '--conditions=@fairlead/source'];
  return spawn(process.execPath, [...flags, fileURLToPath(program), JSON.stringify(setup)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function started(name: string, child: ChildProcess): Promise<Started> {
  return new Promise((resolve, reject) => {
    // Its first message, and of no other type.
    child.once('message', (message) => resolve(message as Started));
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${name} ended before it was registered`)));
  });
}
