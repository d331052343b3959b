import { describe, expect, test } from 'vitest';
import { Backlog } from './backlog.ts';
import { BACKLOG } from './timing.ts';

function waiting(zones: number): Backlog {
  const backlog = new Backlog();
  for (let i = 0; i < zones; i++) expect(backlog.joined()).toBe(i);
  return backlog;
}

describe('Backlog', () => {
  test('few zones: each in a schedule of its own', () => {
    expect(waiting(BACKLOG.few).expected(BACKLOG.few - 1)).toBe(0);
    expect(waiting(BACKLOG.few + 1).expected(BACKLOG.few)).toBeGreaterThan(0);
  });

  test('what is measured is believed after some dozens, from below and from above', () => {
    const backlog = waiting(1_000);
    for (let i = 16; i < 200; i++) backlog.fetched(5 * i, i);
    expect(backlog.expected(1_000) / (1_000 * BACKLOG.early)).toBeCloseTo(5, 1);
    for (let i = 200; i < 400; i++) backlog.fetched(i, i);
    expect(backlog.expected(1_000) / (1_000 * BACKLOG.early)).toBeCloseTo(1, 1);
  });

  test('asked in vain: it is slower than was thought; there at the first look: perhaps quicker', () => {
    const backlog = waiting(1_000);
    const before = backlog.expected(500);
    for (let i = 0; i < 10; i++) backlog.missed(before * 2, 500);
    const slower = backlog.expected(500);
    expect(slower).toBeGreaterThan(before);
    // Sooner than it can be there: that tells nothing.
    backlog.missed(1, 500);
    expect(backlog.expected(500)).toBe(slower);
    for (let i = 0; i < 10; i++) backlog.served(slower, 500, { wasMissed: false, isFetched: false });
    expect(backlog.expected(500)).toBeLessThan(slower);
  });

  test('one that took strangely long hardly counts, and no wait is longer than the longest', () => {
    const backlog = waiting(1_000);
    const before = backlog.expected(100);
    backlog.fetched(3_600_000, 16);
    expect(backlog.expected(100)).toBeLessThan(1.1 * before);
    for (let i = 0; i < 1_000; i++) backlog.fetched(3_600_000, 16);
    expect(backlog.expected(10_000)).toBe(BACKLOG.longestUntold);
    for (let i = 0; i < 999; i++) backlog.served(3_600_000, 16, { wasMissed: false, isFetched: true });
    expect(backlog.expected(10_000)).toBeCloseTo(BACKLOG.longest);
  });

  test('a clock that was set back is not believed; what begins anew is measured anew', () => {
    const backlog = waiting(2);
    const before = backlog.expected(100);
    backlog.fetched(-1, 100);
    expect(backlog.expected(100)).toBe(before);
    for (let i = 0; i < 50; i++) backlog.fetched(10_000, 100);
    backlog.left();
    backlog.left();
    expect(backlog.zones).toBe(0);
    backlog.joined();
    expect(backlog.expected(100)).toBe(before);
  });
});
