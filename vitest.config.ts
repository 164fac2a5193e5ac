import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run from the sources of every package: nothing has to be built first.
  ssr: { resolve: { conditions: ['@fairlead/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{packages,examples,tools,bench,docs}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
