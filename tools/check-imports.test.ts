import { expect, test } from 'vitest';
import { checkImports } from './check-imports.ts';
import type { Manifest, Package } from './workspace.ts';

const endpoint = pkg('packages/endpoint', { name: '@fairlead/endpoint' });
const transport = pkg('packages/transport/core', { name: '@fairlead/transport' });
const http = pkg('packages/transport/http', { name: '@fairlead/http' });
const grpc = pkg('packages/transport/grpc', { name: '@fairlead/grpc' });
const jsonrpc = pkg('packages/transport/jsonrpc', { name: '@fairlead/jsonrpc' });
const sd = pkg('packages/sd/core', { name: '@fairlead/sd' });
const lb = pkg('packages/lb', { name: '@fairlead/lb' });
const run = pkg('packages/run', { name: '@fairlead/run' });
const testing = pkg('packages/testing', { name: '@fairlead/testing' });
const example = pkg('examples/addsvc', { name: 'example-addsvc' });
const packages = [endpoint, transport, http, grpc, jsonrpc, sd, lb, run, testing, example];

test.each([
  ['endpoint imports nothing of ours', endpoint, '@fairlead/transport'],
  ['transport and sd never import each other', http, '@fairlead/sd'],
  ['transport and sd never import each other', sd, '@fairlead/http'],
  ['sd never imports lb', sd, '@fairlead/lb'],
  ['health and run import endpoint alone', run, '@fairlead/sd'],
  ['bindings of one concept never import each other', http, '@fairlead/grpc'],
  ['bindings of one concept never import each other', http, '@fairlead/jsonrpc'],
  ['bindings of one concept never import each other', jsonrpc, '@fairlead/grpc'],
  ['the core of a concept never imports its bindings', transport, '@fairlead/http'],
  ['only tests, examples and bench import testing', lb, '@fairlead/testing'],
  ['packages never import examples or bench', lb, 'example-addsvc'],
  ['no relative path leaves its package', http, '../../core/src/hooks.ts'],
  ['a source imports what its package declares', http, 'left-pad'],
  ['a source imports what its package declares', http, 'fs'],
])('"%s" is seen to break', (rule, from, specifier) => {
  const problems = check(from, 'src/a.ts', specifier);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${from.folder}/src/a.ts: '${specifier}' breaks "${rule}": `);
});

test.each([
  [lb, '@fairlead/sd'],
  [http, '@fairlead/transport'],
  [http, '@fairlead/http'],
  [jsonrpc, '@fairlead/http'],
  [http, './codec.ts'],
  [http, 'node:http'],
  [example, '@fairlead/testing'],
])('what the design allows passes: %o', (from, specifier) => {
  expect(check(declaring(from, specifier), 'src/a.ts', specifier)).toEqual([]);
});

test('a test may import what a source may not', () => {
  expect(check(endpoint, 'src/a.test.ts', '@fairlead/testing')).toEqual([]);
  expect(check(endpoint, 'src/a.test-d.ts', 'vitest')).toEqual([]);
});

test('a test may not leave its package by a relative path', () => {
  expect(check(endpoint, 'src/a.test.ts', '../../testing/src/index.ts')).toHaveLength(1);
});

test('a development dependency is not for a source', () => {
  const dev = pkg(http.folder, { name: http.manifest.name, devDependencies: { zod: '1.0.0' } });
  expect(check(dev, 'src/a.ts', 'zod/v4')).toHaveLength(1);
});

test('but for one that the build puts into the package', () => {
  const devDependencies = { 'find-my-way': '1.0.0' };
  const dev = pkg(http.folder, { name: http.manifest.name, devDependencies });
  expect(check(dev, 'src/a.ts', 'find-my-way')).toEqual([]);
  expect(check(http, 'src/a.ts', 'find-my-way')).toHaveLength(1);
});

test('a cycle inside a package is shown as the path round it', () => {
  const modules = [
    { file: 'packages/lb/src/a.ts', imports: ['./b.ts'] },
    { file: 'packages/lb/src/b.ts', imports: ['./c/c.ts'] },
    { file: 'packages/lb/src/c/c.ts', imports: ['../b.ts'] },
  ];
  expect(checkImports(modules, packages)).toEqual([
    expect.stringContaining(
      `'packages/lb/src/b.ts → packages/lb/src/c/c.ts → packages/lb/src/b.ts' breaks "no import cycles"`,
    ),
  ]);
});

test('a cycle between packages is shown by their names', () => {
  const auth = pkg('packages/auth', {
    name: '@fairlead/auth',
    dependencies: { '@fairlead/log': '*' },
  });
  const log = pkg('packages/log', {
    name: '@fairlead/log',
    dependencies: { '@fairlead/auth': '*' },
  });
  const modules = [
    { file: 'packages/auth/src/a.ts', imports: ['@fairlead/log'] },
    { file: 'packages/log/src/a.ts', imports: ['@fairlead/auth'] },
  ];
  expect(checkImports(modules, [auth, log])).toEqual([
    expect.stringContaining('@fairlead/auth → @fairlead/log → @fairlead/auth'),
  ]);
});

function pkg(folder: string, manifest: Manifest): Package {
  return { folder, manifest };
}

function declaring({ folder, manifest }: Package, dependency: string): Package {
  return pkg(folder, { ...manifest, dependencies: { [dependency]: 'workspace:*' } });
}

function check(from: Package, path: string, specifier: string): string[] {
  const others = packages.filter(({ folder }) => folder !== from.folder);
  return checkImports(
    [{ file: `${from.folder}/${path}`, imports: [specifier] }],
    [...others, from],
  );
}
