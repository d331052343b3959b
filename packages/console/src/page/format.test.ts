import { describe, expect, it } from 'vitest';
import { clockOffset, count, counted, duration, fromNow, local, octets, utc } from './format.ts';

describe('a lag has its unit and at most three figures', () => {
  it.each([
    [0, '0 ms'],
    [0.04, '0 ms'],
    [0.44, '0.4 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [312.4, '312 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_250, '1.25 s'],
    [12_340, '12.3 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m'],
    [200_000, '3 m 20 s'],
    [3_599_900, '1 h'],
    [18_120_000, '5 h 2 m'],
    [86_390_000, '1 d'],
    [273_600_000, '3 d 4 h'],
    [-12, '-12 ms'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
});

it('counts, octets and distances of time', () => {
  expect([
    count(1_234_567),
    counted(1, 'zone'),
    counted(2_000, 'zone'),
    counted(0, 'secondary', 'secondaries'),
  ]).toEqual(['1,234,567', '1 zone', '2,000 zones', '0 secondaries']);
  expect([0, 812, 1_024, 6_321, 1_503_238_553].map(octets)).toEqual(['0 B', '812 B', '1 KiB', '6.2 KiB', '1.4 GiB']);
  expect([fromNow(900, 0), fromNow(14_400, 0), fromNow(0, 3_600_000)]).toEqual(['now', 'in 14 s', '1 h ago']);
});

it('a clock that is off by less than a millisecond is not worth a word', () => {
  expect([undefined, 0.9, -0.9].map(clockOffset)).toEqual([undefined, undefined, undefined]);
  expect([12, -3_000].map(clockOffset)).toEqual(['+12 ms', '-3 s']);
});

it('times are local, with the date when it is another day, and UTC beside', () => {
  const at = Date.UTC(2026, 10, 21, 23, 3, 4, 567);
  expect(local(at, at, 'Asia/Tokyo')).toBe('08:03:04');
  expect(local(at, at + 86_400_000, 'Asia/Tokyo')).toBe('2026-11-22 08:03:04');
  expect(utc(at)).toBe('2026-11-21 23:03:04.567 UTC');
});
