import { defineConfig } from 'vitest/config';

// Two projects: `unit` (pure or loopback-only, beside the code) and `system` (test/, real peers and processes).
export default defineConfig({
  test: {
    // Most system tests wait for timers and for other programs most of their time.
    maxWorkers: 2,
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
