import { createRequire } from 'node:module';
import { cpus, type } from 'node:os';
import { pinning } from './pin.ts';

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly system: string;
  readonly pinning: string;
  readonly packages: Readonly<Record<string, string>>;
}

export function machine(): Machine {
  const all = cpus();
  const packages = ['express', 'undici', '@grpc/grpc-js'].map((name) => [name, versionOf(name)]);
  return {
    cpu: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    system: `${type()} ${process.arch}`,
    pinning: pinning(),
    packages: Object.fromEntries(packages),
  };
}

/** The machine in one line. */
export function describeMachine({ cpu, system, pinning: pinned, packages }: Machine): string {
  const versions = Object.entries(packages).map((pair) => pair.join(' '));
  return [cpu, system, pinned, ...versions].join('; ');
}

function versionOf(name: string): string {
  const manifest: { version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return manifest.version;
}
