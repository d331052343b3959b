import { expect, it } from 'vitest';
import { clockSkew } from './clock-skew.ts';

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
