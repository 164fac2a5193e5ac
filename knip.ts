import type { KnipConfig } from 'knip';
import { markdownBlocks } from './tools/markdown-blocks.ts';

const tests = ['src/**/*.{test,test-d}.ts', 'test/**/*.ts', 'README.md'];

const config: KnipConfig = {
  // What the bench compares with has its own dependencies.
  ignore: ['**/gen/**', 'bench/rivals/**'],
  // Programs that the user brings: to generate code, to build the peers of interop tests, to load and pin a server.
  ignoreBinaries: ['protoc', 'go', 'wrk', 'taskset', 'valgrind', 'vgdb', 'dnsmasq', 'redis-server'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: ['tools/{check,pack-consumer}.ts', 'tools/*.{mjs,test.ts}'],
      project: ['tools/**'],
    },
    // Loaded by name at run time, and by protoc.
    'packages/**': {
      entry: tests,
      ignoreDependencies: ['express4', '@types/express4', '@types/opossum10', 'ts-proto'],
    },
    'examples/*': {
      entry: ['src/{addsvc,addcli,demo}.ts', ...tests],
      ignoreDependencies: ['ts-proto'],
    },
    bench: {
      entry: [
        'src/{main,profile}.ts',
        'registry.ts',
        'src/{clients,counted,load,loops,servers}/*.ts',
        'src/**/*.test.ts',
        'test/**/*.ts',
      ],
    },
    proof: {
      entry: ['src/*/main.ts', 'src/{chaos,rolling}/instance.ts', ...tests],
    },
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
