import { expect, it } from 'vitest';
import { absolute, count, duration, octets, relative, when } from './time.ts';

const NOW = Date.UTC(2026, 10, 21, 2, 42, 4);

it.each([
  [0, '0 ms'],
  [0.44, '0.4 ms'],
  [3, '3 ms'],
  [999, '999 ms'],
  [1_250, '1.2 s'],
  [9_990, '9.9 s'],
  [10_000, '10s'],
  [60_000, '1m'],
  [200_000, '3m 20s'],
  [7_500_000, '2h 5m'],
  [6 * 86_400_000 + 23 * 3_600_000 + 59_000, '6d 23h'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('says how far away a time is, and when', () => {
  expect(relative(NOW + 200_000, NOW)).toBe('in 3m 20s');
  expect(relative(NOW - 2_000, NOW)).toBe('2s ago');
  expect(relative(NOW + 300, NOW)).toBe('now');
  expect(absolute(NOW)).toBe('2026-11-21 02:42:04 UTC');
  expect(when(NOW - 90_000, NOW)).toBe('1m 30s ago (2026-11-21 02:40:34 UTC)');
});

it('counts things and octets', () => {
  expect([count(1, 'record'), count(19_579, 'record'), count(2, 'secondary', 'secondaries')]).toEqual([
    '1 record',
    '19,579 records',
    '2 secondaries',
  ]);
  expect([octets(312), octets(1_153_096), octets(3 * 2 ** 30)]).toEqual(['312 B', '1.1 MiB', '3.0 GiB']);
});
