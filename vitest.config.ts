import { defineConfig } from 'vitest/config';

// What an outside observer times to the millisecond: it needs the processors for itself.
const TIMED = ['test/replicas/outside-view.test.ts'];

// Projects: `unit` (pure or loopback-only, beside the code), `system` (test/, real peers and processes), and `timed` when those are over.
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
          exclude: ['test/bench/**', ...TIMED],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'timed',
          include: TIMED,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
