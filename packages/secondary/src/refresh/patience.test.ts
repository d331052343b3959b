import { expect, test } from 'vitest';
import { LONGEST_PATIENCE, patience } from './patience.ts';

test('a primary that has stalled is waited for twice as long each time, up to a minute', () => {
  expect([0, 1, 2, 3, 4, 1e9].map((stalls) => patience(10_000, stalls))).toEqual([
    10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
  ]);
});

test('what is configured is the least', () => {
  expect(patience(300_000, 5)).toBe(300_000);
  expect(patience(1_000, 3)).toBe(8_000);
  expect(LONGEST_PATIENCE).toBe(60_000);
});
