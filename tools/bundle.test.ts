import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { type Manifest, type Package, root } from './workspace.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('makes one file of an entry, and leaves what is installed beside it as it is', async () => {
  const made = await bundle(
    pkg({
      'src/index.ts': `import { a } from 'left-pad/deep';\nexport { two } from './two.ts';\nexport const one = a;`,
      'src/two.ts': `import { join } from 'node:path';\nexport const two = () => join('a', 'b');`,
    }),
  );
  expect([...made.keys()]).toEqual(['index.js', 'index.js.map']);
  const code = made.get('index.js');
  expect(code).toContain('from "left-pad/deep"');
  expect(code).toContain('from "node:path"');
  expect(code).toContain('const two = ');
});

test('maps each line to the published source', async () => {
  const source =
    'export const one = 1;\n/** More. */\nexport const two = () => {\n  throw one;\n};';
  const made = await bundle(pkg({ 'src/index.ts': source }));
  const line = made
    .get('index.js')
    ?.split('\n')
    .findIndex((text) => text.includes('throw'));
  const entry = new SourceMap(JSON.parse(made.get('index.js.map') ?? '')).findEntry(line ?? 0, 2);
  expect(entry).toMatchObject({ originalSource: '../src/index.ts', originalLine: 3 });
});

test('puts code of others into ours where that is listed, with its license', async () => {
  const made = await bundle(
    pkg({
      'src/index.ts': `import find from 'find-my-way';\nexport const found = find;`,
      ...module('find-my-way', `const assert = require('node:assert');\nmodule.exports = assert;`),
      'node_modules/find-my-way/LICENSE.md': 'You may.\n',
    }),
  );
  expect(made.get('index.js')).toContain('from "node:assert"');
  expect(made.get('index.js')).not.toContain('require(');
  // Where nobody uses it, a bundler of the user's leaves it out.
  expect(made.get('index.js')).toContain('(/* @__PURE__ */ (/* @__PURE__ */ __commonJSMin(');
  expect(made.get('third-party-licenses.txt')).toMatch(
    /find-my-way 1\.2\.3 \(MIT\)\n\nYou may\.\n/,
  );
});

test('refuses code of others that is not listed', async () => {
  const files = {
    'src/index.ts': `export { default } from 'right-pad';`,
    ...module('right-pad', 'module.exports = 1;'),
    'node_modules/right-pad/LICENSE': 'You may.',
  };
  await expect(bundle(pkg(files, { devDependencies: { 'right-pad': '1.2.3' } }))).rejects.toThrow(
    /'right-pad' is neither a dependency nor one of those that tools\/workspace\.ts lists as inlined/,
  );
});

test('refuses code whose license has no text', async () => {
  const files = {
    'src/index.ts': `export { default } from 'find-my-way';`,
    ...module('find-my-way', 'module.exports = 1;'),
  };
  await expect(bundle(pkg(files))).rejects.toThrow(
    /^find-my-way 1\.2\.3 has no text of its license/,
  );
});

test('refuses an entry that has no source', async () => {
  const exports = { '.': { default: './dist/index.js' } };
  await expect(bundle(pkg({}, { exports }))).rejects.toThrow(
    /names a "@fairlead\/source" in \.\/src/,
  );
});

/** A package of such files, whose entry is `src/index.ts`. */
function pkg(files: Readonly<Record<string, string>>, more: Partial<Manifest> = {}): Package {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const dependencies = { 'left-pad': '1.0.0' };
  const manifest = { name: '@fairlead/x', dependencies, exports: entry('index'), ...more };
  return { folder: relative(root, folder), manifest };
}

/** The files of an installed package, without a license. */
function module(name: string, code: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({
      name,
      version: '1.2.3',
      license: 'MIT',
    }),
    [`node_modules/${name}/index.js`]: code,
  };
}

function entry(name: string) {
  return { '.': { '@fairlead/source': `./src/${name}.ts` } };
}
