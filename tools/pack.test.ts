// What a user gets: the packed packages, installed with npm into a project outside the workspace.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackages } from './build-packages.ts';
import { packAll, packedFile, packedFiles, type Tarball } from './pack.ts';
import { type Run, run, tsc } from './run.ts';
import { inlined, publishedPackages, root } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-pack-'));
const project = join(scratch, 'project');
const names = publishedPackages().map(({ manifest }) => manifest.name);
/** The JavaScript of packages with more than one entry. */
const javaScript: Readonly<Record<string, readonly string[]>> = {
  '@fairlead/http': ['dist/fetch.js', 'dist/index.js', 'dist/shared-handler.js'],
};
let tarballs: Tarball[] = [];

beforeAll(async () => {
  leaveOldBuild(join(root, 'packages/lb/dist'));
  await buildPackages();
  tarballs = await packAll(scratch);
  mkdirSync(project);
  writeProject();
  mustPass(await npm('install', '--no-audit', '--no-fund', '--prefer-offline'));
}, 180_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(names)('the tarball of %s', (name) => {
  test('holds what runs, its sources and a readme, and nothing else', async () => {
    const files = await packedFiles(tarballOf(name));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'dist/index.js.map',
        'dist/index.d.ts',
        'src/index.ts',
      ]),
    );
    expect(files.filter((file) => file.endsWith('.js')).sort()).toEqual(
      javaScript[name] ?? ['dist/index.js'],
    );
    const allowed = /^(package\.json|README\.md|LICENSE|(dist|src)\/.*)$/;
    const tests = /\.test(-d)?\.|\.tsbuildinfo$/;
    expect(files.filter((file) => !allowed.test(file) || tests.test(file))).toEqual([]);
  });

  test('names real versions of its dependencies', async () => {
    const manifest = await packedFile(tarballOf(name), 'package.json');
    expect(manifest).toContain(`"name": "${name}"`);
    expect(manifest).not.toMatch(/workspace:|catalog:/);
  });

  test('can be required from CommonJS', async () => {
    const { ok, output } = await inProject(`console.log(Object.keys(require('${name}')).length)`);
    expect(ok, output).toBe(true);
  });
});

test('what stands in our JavaScript is not installed, and its licenses are', async () => {
  const licenses = await packedFile(tarballOf('@fairlead/http'), 'dist/third-party-licenses.txt');
  for (const name of inlined) {
    const license = readFileSync(
      join(root, 'packages/transport/http/node_modules', name, 'LICENSE'),
    );
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    expect(licenses).toContain(license.toString().trim());
    expect(existsSync(join(project, 'node_modules', name))).toBe(false);
  }
});

test('the entry for hosts of fetch imports nothing of Node', async () => {
  const http = tarballOf('@fairlead/http');
  for (const file of ['dist/fetch.js', 'dist/shared-handler.js'])
    expect(await packedFile(http, file)).not.toMatch(/(from|import|require)\W*["']node:/);
});

test.each([
  ['required from CommonJS', '.cjs', `const http = require('@fairlead/http');`],
  ['imported', '.mjs', `import * as http from '@fairlead/http';`],
])('routes answer where @fairlead/http is %s', async (_how, extension, load) => {
  const file = `routes${extension}`;
  write(file, `${load}\n${routesProgram}`);
  const { ok, output } = await run(process.execPath, [file], { cwd: project });
  expect(ok, output).toBe(true);
  expect(output).toBe('200 "hello Ada"\n404\n');
});

test('a strict consumer type-checks against the declarations, without our condition', async () => {
  const { ok, output } = await tsc('-p', project);
  expect(ok, output).toBe(true);
}, 60_000);

test('a consumer runs with plain Node and sees every package', async () => {
  mustPass(await tsc('-p', project, '--noEmit', 'false'));
  const { ok, stdout, output } = await run(process.execPath, ['consumer.js'], { cwd: project });
  expect(ok, output).toBe(true);
  expect(stdout.trim().split('\n')).toEqual([
    ...names.map((name) => expect.stringMatching(new RegExp(`^${name}: \\w+`))),
    '{"v":3}',
  ]);
}, 60_000);

/** What another version's build left, and nothing of what tsc remembers to have written. */
function leaveOldBuild(dist: string): void {
  mkdirSync(join(dist, 'old'), { recursive: true });
  writeFileSync(join(dist, 'old/pick.js'), 'export {};');
  rmSync(join(dist, 'index.d.ts'), { force: true });
}

const routesProgram = `
const { createHttpServer, route, routes } = http;
const decode = ({ params }) => params.name;
const greet = route('GET', '/greetings/:name', async (name) => 'hello ' + name, { decode });
(async () => {
  const server = createHttpServer(routes([greet]));
  const { port } = await server.listen();
  const get = (path) => fetch('http://127.0.0.1:' + port + path);
  const found = await get('/greetings/Ada');
  console.log(found.status, await found.text());
  console.log((await get('/nothing')).status);
  await server.close();
})();`;

function writeProject(): void {
  const dependencies = Object.fromEntries(
    tarballs.map(({ package: { manifest }, path }) => [manifest.name, `file:${path}`]),
  );
  const devDependencies = { '@types/node': installedVersion('@types/node') };
  write('package.json', { private: true, type: 'module', dependencies, devDependencies });
  write('tsconfig.json', {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      module: 'NodeNext',
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    },
    files: ['consumer.ts'],
  });
  write('consumer.ts', consumer());
}

/** Prints what each package exports, one line per package. */
function consumer(): string {
  const imports = names.map((name, index) => `import * as package${index} from '${name}';`);
  const prints = names.map(
    (name, index) => `console.log('${name}:', Object.keys(package${index}).join(' '));`,
  );
  return [...imports, ...prints, readFileSync(join(root, 'tools/pack-consumer.ts'), 'utf8')].join(
    '\n',
  );
}

function write(file: string, content: string | object): void {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  writeFileSync(join(project, file), text);
}

function installedVersion(name: string): string {
  const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function tarballOf(name: string): Tarball {
  const tarball = tarballs.find(({ package: { manifest } }) => manifest.name === name);
  if (!tarball) throw new Error(`${name} was not packed`);
  return tarball;
}

function npm(...args: string[]): Promise<Run> {
  return run('npm', args, { cwd: project });
}

function inProject(commonJs: string): Promise<Run> {
  return run(process.execPath, ['--input-type=commonjs', '--eval', commonJs], { cwd: project });
}

function mustPass({ ok, output }: Run): void {
  if (!ok) throw new Error(output);
}
