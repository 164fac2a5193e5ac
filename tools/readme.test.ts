// Every TypeScript block of the documents is type-checked and, unless it is marked `no-run`, executed.
import { execFile } from 'node:child_process';
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
import { root } from './workspace.ts';

const runTimeoutMs = 20_000;
const blocks = documentBlocks();
const project = join(root, `.readme-${process.pid}.tsconfig.json`);
let typeErrors = '';

beforeAll(async () => {
  writeBlocks(blocks);
  // A block may show a value without using it.
  const compilerOptions = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  const files = blocks.map(({ file }) => file);
  writeFileSync(
    project,
    JSON.stringify({ extends: './tsconfig.base.json', compilerOptions, files }),
  );
  if (files.length > 0)
    typeErrors = (await run('tsc', ['--pretty', 'false', '-p', project])).output;
}, 60_000);

afterAll(() => {
  removeBlocks(blocks);
  rmSync(project, { force: true });
});

describe.concurrent('README', () => {
  test.for(blocks)('$name', { timeout: runTimeoutMs + 5000 }, async (block, { expect }) => {
    expect(typeErrorsOf(block)).toEqual([]);
    if (block.flags.includes('no-run')) return;
    const args = ['--import', 'tsx', '--conditions=@fairlead/source', join(root, block.file)];
    const { failed, output } = await run(process.execPath, args, dirname(join(root, block.file)));
    expect(failed, `${block.document}:${block.line} failed:\n${output}`).toBe(false);
    expect(
      firstMissing(promisedOutput(block), output),
      `not printed in order:\n${output}`,
    ).toBeUndefined();
  });
});

test('every block of a document can be checked', () => {
  expect(typeErrors.split('\n').filter((line) => line.startsWith('error'))).toEqual([]);
});

/** As `README.md:line message`: the module has the line numbers of the document. */
function typeErrorsOf({ file, document }: DocumentBlock): string[] {
  return typeErrors
    .split('\n')
    .filter((line) => line.startsWith(`${file}(`))
    .map((line) => line.replace(/^.*?\((\d+),\d+\)/, `${document}:$1`));
}

function run(
  command: string,
  args: string[],
  cwd = root,
): Promise<{ failed: boolean; output: string }> {
  const program = command === 'tsc' ? join(root, 'node_modules/.bin/tsc') : command;
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout: runTimeoutMs }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
}
