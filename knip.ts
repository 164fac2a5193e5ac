import type { KnipConfig } from 'knip';
import { markdownBlocks } from './tools/markdown-blocks.ts';

const tests = ['src/**/*.{test,test-d}.ts', 'test/**/*.ts', 'README.md'];

const config: KnipConfig = {
  ignore: ['**/gen/**'],
  // Programs that the user brings: one generates code, the other builds the peers of interop tests.
  ignoreBinaries: ['protoc', 'go'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: ['tools/{check,pack-consumer}.ts', 'tools/*.{mjs,test.ts}'],
      project: ['tools/**'],
    },
    'packages/**': { entry: tests },
    'examples/*': {
      entry: ['src/{addsvc,addcli,demo}.ts', ...tests],
      ignoreDependencies: ['ts-proto'],
    },
    bench: { entry: ['src/main.ts', 'src/{servers,clients,loops,load}/*.ts', 'src/*.test.ts'] },
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
