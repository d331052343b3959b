import { expect, it } from 'vitest';
import { ClockComparison, clockSkew } from './clock-skew.ts';

it('believes the quickest of several answers', () => {
  // 5 s ahead; the slow answers came back slower than they went.
  const samples = [
    { sentAt: 1_000, theirs: 6_010, receivedAt: 1_200 },
    { sentAt: 2_000, theirs: 7_002, receivedAt: 2_004 },
    { sentAt: 3_000, theirs: 8_090, receivedAt: 3_100 },
  ];
  expect(clockSkew(samples)).toEqual({ ms: 5_000, uncertainty: 2 });
});

it('a clock that is behind', () => {
  expect(clockSkew([{ sentAt: 10_000, theirs: 4, receivedAt: 10_008 }])).toEqual({ ms: -10_000, uncertainty: 4 });
});

it('an answer during which our own clock was set back says nothing', () => {
  expect(clockSkew([{ sentAt: 10_000, theirs: 10_000, receivedAt: 9_000 }])).toBeUndefined();
  expect(clockSkew([])).toBeUndefined();
});

const sample = (sentAt: number, roundTrip: number, skew: number) => ({
  sentAt,
  theirs: sentAt + roundTrip / 2 + skew,
  receivedAt: sentAt + roundTrip,
});

it('a quick answer corrects what slow ones told before, and slow ones do not spoil it', () => {
  const clocks = new ClockComparison();
  expect(clocks.add([])).toBeUndefined();
  // Both were busy with their start: 40 of the 44 ms were on the way there.
  expect(clocks.add([{ sentAt: 0, theirs: 142, receivedAt: 44 }])?.ms).toBe(120);
  expect(clocks.add([sample(1_000, 2, 100)])).toMatchObject({ ms: 100, uncertainty: 1 });
  expect(clocks.add([{ sentAt: 3_000, theirs: 3_142, receivedAt: 3_044 }])?.ms).toBe(100);
});

it('clocks drift: what is old is worth less, 50 us a second', () => {
  const clocks = new ClockComparison();
  clocks.add([sample(0, 2, 100)]);
  expect(clocks.add([sample(60_000, 10, 101)])?.ms).toBe(100);
  expect(clocks.add([sample(100_000, 10, 101)])?.ms).toBe(101);
});

it('a clock that was set is noticed, however good the measurement before was', () => {
  const clocks = new ClockComparison();
  clocks.add([sample(0, 2, 0)]);
  expect(clocks.add([sample(2_000, 40, 3_600_000)])?.ms).toBe(3_600_000);
});
