import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run from the sources of every package: nothing has to be built first.
  // Node itself gets these conditions too, for every `require`: `import` among them would hand ES modules to CommonJS.
  ssr: { resolve: { conditions: ['@fairlead/source', 'node'] } },
  test: {
    include: ['{packages,examples,tools,bench,docs,proof}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Many tests wait for servers and processes: a machine of two cores does three files at once.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // What is waited for comes in milliseconds, or, on a machine with other work, in seconds.
    expect: { poll: { interval: 20, timeout: 10_000 } },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
