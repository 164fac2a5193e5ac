import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { namesOf } from './by-name.ts';
import { type Line, line } from './result.ts';
import { interleave } from './rounds.ts';
import { ratios } from './spread.ts';
import type { Subject } from './subject.ts';
import { type AppSource, fairleadApp, honoApp, plainApp, trpcApp } from './types-apps.ts';

const endpoints = 500;
const bench = fileURLToPath(new URL('..', import.meta.url));
// Each stands where its packages are found.
const apps = {
  fairlead: { title: 'ours', source: fairleadApp, folder: join(bench, '.types') },
  trpc: { title: 'tRPC', source: trpcApp, folder: join(bench, 'rivals', '.types-trpc') },
  hono: { title: 'Hono', source: honoApp, folder: join(bench, 'rivals', '.types-hono') },
  plain: { title: 'functions alone', source: plainApp, folder: join(bench, '.types-plain') },
} as const satisfies Record<string, { title: string; source: AppSource; folder: string }>;

type Name = keyof typeof apps;
const names = namesOf(apps);

const figures = [
  { what: 'ms', title: 'time', unit: 'ms' },
  { what: 'mb', title: 'memory', unit: 'MB' },
  { what: 'kb', title: 'declarations', unit: 'KB' },
] as const;
type Figure = (typeof figures)[number]['what'];

/** What the compiler needs for an application of 500 endpoints with a typed client, checked from nothing. */
export const typesSubject: Subject = async ({ rounds }) => {
  try {
    for (const name of names) await write(apps[name]);
    const samples = await interleave(names, rounds, (name) => check(apps[name].folder));
    const of = (name: Name, what: Figure): number[] => samples[name].map((sample) => sample[what]);
    const lines: Line[] = figures.flatMap(({ what, title, unit }) => [
      line(`tRPC ÷ ours: ${title}`, '×', ratios(of('trpc', what), of('fairlead', what))),
      line(`Hono ÷ ours: ${title}`, '×', ratios(of('hono', what), of('fairlead', what))),
      ...names.map((name) => line(`${apps[name].title}: ${title}`, unit, of(name, what))),
    ]);
    return [{ title: `tsc, an application of ${endpoints} endpoints`, lines }];
  } finally {
    for (const name of names) await rm(apps[name].folder, { recursive: true, force: true });
  }
};

async function write({ source, folder }: (typeof apps)[Name]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'app.ts'), source(endpoints));
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    strict: true,
    declaration: true,
    emitDeclarationOnly: true,
    skipLibCheck: true,
    types: [],
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['app.ts'] }),
  );
}

async function check(folder: string): Promise<Record<Figure, number>> {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), 'bin', 'tsc');
  const args = [tsc, '-p', folder, '--extendedDiagnostics'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figure = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1]);
  const declarations = await stat(join(folder, 'app.d.ts'));
  return {
    ms: figure(/^Total time:\s+([\d.]+)s$/m) * 1000,
    mb: figure(/^Memory used:\s+(\d+)K$/m) / 1024,
    kb: declarations.size / 1000,
  };
}
