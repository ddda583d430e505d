import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What mesh-template keeps belongs to the run, not to the machine. */
const STATE_DIRECTORY = fileURLToPath(new URL('.cache/state', import.meta.url));
const shared = { testTimeout: 30_000, hookTimeout: 60_000, env: { STATE_DIRECTORY } };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      // Everything else runs the programs: the bundles are made first.
      {
        test: {
          ...shared,
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**'],
          globalSetup: ['test/support/build-once.mjs'],
        },
      },
    ],
  },
});
