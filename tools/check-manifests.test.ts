import { expect, test } from 'vitest';
import { checkManifests, oneVersion } from './check-manifests.ts';
import type { Manifest } from './workspace.ts';

const good: Manifest = {
  name: '@fairlead/a',
  version: '1.0.0',
  description: 'An a',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.19' },
};

test('a whole manifest has no problem', () => {
  expect(problemsOf({})).toEqual([]);
});

test.each<[string, Partial<Manifest>]>([
  ['"type"', { type: 'commonjs' }],
  ['"sideEffects"', { sideEffects: true }],
  ['"engines"', { engines: { node: '>=22' } }],
  ['"license"', { license: 'ISC' }],
  ['"description"', { description: '' }],
  ['"peerDependenciesMeta"', { peerDependenciesMeta: { express: { optional: true } } }],
])('%s is checked', (rule, change) => {
  expect(problemsOf(change)).toEqual([expect.stringContaining(rule)]);
});

test('a package with another version than the first is named', () => {
  const packages = ['1.0.0', '1.0.0', '1.0.1'].map((version, index) => ({
    folder: `packages/${index}`,
    manifest: { ...good, version },
  }));
  expect(oneVersion(packages)).toEqual([
    'packages/2/package.json: set "version" to 1.0.0, not 1.0.1',
  ]);
});

function problemsOf(change: Partial<Manifest>): string[] {
  return checkManifests([{ folder: 'packages/a', manifest: { ...good, ...change } }]);
}
