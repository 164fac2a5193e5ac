import { expect, test } from 'vitest';
import { moduleImports } from './module-imports.ts';

test('every way of naming a module is found', () => {
  const code = `
    import 'effect';
    import value, { type T } from 'value';
    import type { U } from 'types';
    export * from 'all';
    export { one } from 'one';
    const lazy = await import('lazy');
    type V = import('type-of').V;
    const text = "import 'not this'"; // import 'nor this'
  `;
  expect(moduleImports('a.ts', code)).toEqual([
    'effect',
    'value',
    'types',
    'all',
    'one',
    'lazy',
    'type-of',
  ]);
});

test('a computed import is left to the running program', () => {
  expect(moduleImports('a.ts', "await import('./' + name); await import(name);")).toEqual([]);
});

test('a file that does not parse is named', () => {
  expect(() => moduleImports('broken.ts', 'import {')).toThrow('broken.ts does not parse');
});
