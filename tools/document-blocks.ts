import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { type Block, markdownBlocks } from './markdown-blocks.ts';
import { filesBelow, root, workspacePackages } from './workspace.ts';

/** A TypeScript block of a document, written out as a module that resolves what the document may import. */
export interface DocumentBlock extends Block {
  /** `packages/http/README.md #2` */
  readonly name: string;
  readonly document: string;
  /** Of the written module: relative to the root, with forward slashes. */
  readonly file: string;
}

/** The blocks of the root README, of every package's README and of docs. Nothing is written yet. */
export function documentBlocks(): DocumentBlock[] {
  const readmes = ['.', ...workspacePackages().map(({ folder }) => folder)]
    .map((folder) => posix.join(folder, 'README.md'))
    .filter((file) => existsSync(join(root, file)));
  const docs = filesBelow('docs').filter((file) => file.endsWith('.md'));
  return [...readmes, ...docs].flatMap(blocksOf);
}

function blocksOf(document: string): DocumentBlock[] {
  return markdownBlocks(readFileSync(join(root, document), 'utf8'))
    .filter(({ language }) => language === 'ts')
    .map((block, index) => {
      const stem = `.readme-${process.pid}-${document.replaceAll('/', '-')}-${index + 1}`;
      const file = posix.join(homeOf(document), `${stem}.ts`);
      return { ...block, document, file, name: `${document} #${index + 1}` };
    });
}

/** docs/package.json names every package, so the blocks of the root README live there too. */
function homeOf(document: string): string {
  const isReadme = basename(document) === 'README.md' && !document.startsWith('docs/');
  return isReadme && document !== 'README.md' ? dirname(document) : 'docs';
}

export function writeBlocks(blocks: readonly DocumentBlock[]): void {
  for (const { file, line, code } of blocks) {
    // The blank lines keep the numbers: an error at line 40 of the module is at line 40 of the document.
    writeFileSync(join(root, file), `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
  }
}

export function removeBlocks(blocks: readonly DocumentBlock[]): void {
  for (const { file } of blocks) rmSync(join(root, file), { force: true });
}

/** The texts that a block promises to print: `console.log(1 + 1); // => 2`. */
export function promisedOutput({ code }: Pick<Block, 'code'>): string[] {
  return [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, text = '']) => text.trim());
}

/** The first promised text that does not follow the ones before it in `output`. */
export function firstMissing(promised: readonly string[], output: string): string | undefined {
  let from = 0;
  return promised.find((text) => {
    const at = output.indexOf(text, from);
    from = at + text.length;
    return at < 0;
  });
}
