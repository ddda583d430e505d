import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What mesh-template keeps belongs to the run, not to the machine. */
const STATE_DIRECTORY = fileURLToPath(new URL('.cache/state', import.meta.url));
/** For what hangs: a machine with other work to do may take many times as long as one that has none. */
const patienceMs = 180_000;
const shared = {
  testTimeout: patienceMs,
  hookTimeout: patienceMs,
  expect: { poll: { timeout: patienceMs / 3 } },
  env: { STATE_DIRECTORY },
};

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
