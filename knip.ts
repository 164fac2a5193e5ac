import type { KnipConfig } from 'knip';
import { markdownBlocks } from './tools/markdown-blocks.ts';

const tests = ['src/**/*.{test,test-d}.ts', 'test/**/*.ts', 'README.md'];

const config: KnipConfig = {
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: ['tools/{check,pack-consumer}.ts', 'tools/*.{mjs,test.ts}'],
      project: ['tools/**'],
    },
    'packages/**': { entry: tests },
    'examples/*': { entry: ['src/main.ts', ...tests] },
    bench: { entry: ['*.ts', 'src/**/*.bench.ts'] },
    docs: { entry: ['**/*.md'], ignoreDependencies: [/.*/] },
  },
  compilers: {
    // What a document's block imports is used.
    md: (text) =>
      markdownBlocks(text)
        .filter(({ language }) => language === 'ts')
        .map(({ code }) => code)
        .join('\n'),
  },
};

export default config;
