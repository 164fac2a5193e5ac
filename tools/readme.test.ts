// Every TypeScript block of the documents is type-checked and, unless it is marked `no-run`, executed.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DocumentBlock,
  documentBlocks,
  firstMissing,
  promisedOutput,
  removeBlocks,
  writeBlocks,
} from './document-blocks.ts';
import { run, tsc } from './run.ts';
import { root } from './workspace.ts';

const timeoutMs = 60_000;
const blocks = documentBlocks();
const project = join(root, `.readme-${process.pid}.tsconfig.json`);
let typeErrors: string[] = [];

beforeAll(async () => {
  writeBlocks(blocks);
  // A block may show a value without using it.
  const compilerOptions = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  const files = blocks.map(({ file }) => file);
  const config = { extends: './tsconfig.base.json', compilerOptions, files };
  writeFileSync(project, JSON.stringify(config));
  if (files.length === 0) return;
  const { ok, output } = await tsc('-p', project);
  typeErrors = ok ? [] : output.trim().split('\n');
}, 60_000);

afterAll(() => {
  removeBlocks(blocks);
  rmSync(project, { force: true });
});

describe.concurrent('README', () => {
  for (const block of blocks) {
    test(block.name, { timeout: timeoutMs + 5000 }, async ({ expect }) => {
      expect(typeErrors.filter((line) => isIn(block, line)).map(inDocument(block))).toEqual([]);
      if (!block.flags.includes('no-run')) expect(await problemOf(block)).toBeUndefined();
    });
  }

  test('the sources behind the blocks have no type errors', () => {
    expect(typeErrors.filter((line) => !blocks.some((block) => isIn(block, line)))).toEqual([]);
  });
});

function isIn({ file }: DocumentBlock, typeError: string): boolean {
  return typeError.startsWith(`${file}(`);
}

/** `.readme-1.ts(9,5): error` → `README.md:9: error`: the module has the line numbers of the document. */
function inDocument({ document }: DocumentBlock): (typeError: string) => string {
  return (typeError) => typeError.replace(/^.*?\((\d+),\d+\)/, `${document}:$1`);
}

async function problemOf(block: DocumentBlock): Promise<string | undefined> {
  const file = join(root, block.file);
  const args = ['--import', 'tsx', '--conditions=@fairlead/source', file];
  const { ok, timedOut, stdout, output } = await run(process.execPath, args, {
    cwd: dirname(file),
    timeoutMs,
  });
  const place = `${block.document}:${block.line}`;
  if (timedOut) return `${place} does not end: close what it opens, or mark it no-run\n${output}`;
  if (!ok) return `${place} fails:\n${output}`;
  const missing = firstMissing(promisedOutput(block), stdout);
  return missing && `${place} does not print, in this order: ${missing}\n${output}`;
}
