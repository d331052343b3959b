import { seededRandom } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { ClockComparison } from './clock-skew.ts';

/** Asked at `sentAt`; so long there and so long back, ms. */
const answer = (sentAt: number, there: number, back: number, skew: number) => ({
  sentAt,
  theirs: sentAt + there + skew,
  receivedAt: sentAt + there + back,
});

it('nothing is known without an answer', () => {
  expect(new ClockComparison().add([])).toBeUndefined();
});

it('believes the quickest way there and the quickest way back, of whichever answers they were', () => {
  // 5 s ahead. No answer was quick both ways.
  const known = new ClockComparison().add([
    answer(0, 2, 190, 5_000),
    answer(1, 90, 2, 5_000),
    answer(2, 30, 40, 5_000),
  ]);
  expect(known?.ms).toBeCloseTo(5_000, 1);
  expect(known?.uncertainty).toBeCloseTo(2, 1);
});

it('a clock that is behind', () => {
  expect(new ClockComparison().add([answer(10_000, 4, 4, -10_000)])).toEqual({ ms: -10_000, uncertainty: 4 });
});

it('an answer during which our own clock was set back says nothing', () => {
  const clocks = new ClockComparison();
  expect(clocks.add([{ sentAt: 10_000, theirs: 10_000, receivedAt: 9_000 }])).toBeUndefined();
  expect(clocks.add([answer(9_001, 1, 1, 0)])).toEqual({ ms: 0, uncertainty: 1 });
});

it('a quick answer corrects what slow ones told before, and slow ones do not spoil it', () => {
  const clocks = new ClockComparison();
  // Both were busy with their start.
  expect(clocks.add([answer(0, 42, 2, 100)])?.ms).toBe(120);
  expect(clocks.add([answer(1_000, 1, 1, 100)])).toEqual({ ms: 100, uncertainty: 1 });
  expect(clocks.add([answer(3_000, 42, 2, 100)])?.ms).toBeCloseTo(100, 1);
});

it('clocks drift, by up to 20 us a second: what is old is worth less', () => {
  const clocks = new ClockComparison();
  clocks.add([answer(0, 1, 1, 100)]);
  expect(clocks.add([answer(60_000, 20, 20, 104)])?.uncertainty).toBeCloseTo(2.2, 1);
  const later = clocks.add([answer(3_600_000, 20, 20, 150)])!;
  expect(Math.abs(later.ms - 150)).toBeLessThanOrEqual(later.uncertainty);
});

it.each([3_600_000, -3_600_000])('a clock set by %d ms is noticed, however good the measurement before', (set) => {
  const clocks = new ClockComparison();
  clocks.add([answer(0, 1, 1, 0)]);
  expect(clocks.add([answer(2_000, 20, 20, set)])?.ms).toBe(set);
});

it('an hour of answers over a crowded way, 75 ms and up to 60 more in each direction: within 2 ms after a minute', () => {
  const below = seededRandom(7);
  // Mostly little, sometimes much: as queues are.
  const way = () => 75 + Math.round(60 * (below(1_000) / 1_000) ** 2);
  const clocks = new ClockComparison();
  for (let at = 0; at < 3_600_000; at += 60_000) {
    const known = clocks.add(Array.from({ length: 8 }, (_, i) => answer(at + 200 * i, way(), way(), 40)));
    if (at > 0) expect(Math.abs(known!.ms - 40)).toBeLessThanOrEqual(2);
  }
});
