import { defineConfig } from 'vitest/config';

// Two projects: `unit` (pure or loopback-only, beside the code) and `system` (test/, real peers and processes).
export default defineConfig({
  test: {
    // Most system tests wait for timers and for other programs most of their time.
    maxWorkers: 2,
    // node:ffi is ours to choose (batched UDP): not said again by every process.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/bench/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
