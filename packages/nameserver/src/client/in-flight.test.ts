import { expect, test } from 'vitest';
import { newClientCounters } from './client-counters.ts';
import { InFlight } from './in-flight.ts';

function setUp(limits: { perPeer: number; total: number }) {
  const counters = newClientCounters();
  const inFlight = new InFlight(limits, counters);
  const begun: string[] = [];
  const enter = (peer: string, what: string, isWanted = true) =>
    inFlight.enter(peer, () => {
      if (isWanted) begun.push(what);
      return isWanted;
    });
  return { counters, inFlight, begun, enter };
}

test('so many with a peer; the others go on meanwhile, and the waiting in the order of asking', () => {
  const { counters, inFlight, begun, enter } = setUp({ perPeer: 2, total: 10 });
  for (const what of ['a1', 'a2', 'a3', 'a4']) enter('a', what);
  enter('b', 'b1');
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  expect(counters.waited).toBe(2);
  inFlight.leave('b');
  expect(begun).toHaveLength(3);
  inFlight.leave('a');
  // Who comes now does not overtake.
  enter('a', 'a5');
  inFlight.leave('a');
  inFlight.leave('a');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4', 'a5']);
});

test('so many of the node; peers have their turns, whatever one of them wants', () => {
  const { inFlight, begun, enter } = setUp({ perPeer: 4, total: 4 });
  for (let i = 0; i < 3_000; i++) enter('a', `a${i}`);
  enter('b', 'b0');
  enter('b', 'b1');
  enter('c', 'c0');
  expect(begun).toEqual(['a0', 'a1', 'a2', 'a3']);
  for (let i = 0; i < 5; i++) inFlight.leave('a');
  expect(begun.slice(4)).toEqual(['a4', 'b0', 'c0', 'a5', 'b1']);
  let left = 5;
  while (begun.length < 3_003) {
    inFlight.leave('a');
    left++;
  }
  expect(begun.at(-1)).toBe('a2999');
  expect(left).toBe(2_999);
});

test('who is not wanted any more takes no place', () => {
  const { inFlight, begun, enter } = setUp({ perPeer: 1, total: 1 });
  enter('a', 'a1');
  enter('a', 'given up', false);
  enter('b', 'given up', false);
  enter('b', 'b1');
  inFlight.leave('a');
  expect(begun).toEqual(['a1', 'b1']);
  inFlight.leave('b');
  expect(inFlight.total).toBe(0);
  enter('c', 'given up', false);
  enter('c', 'c1');
  expect(begun.at(-1)).toBe('c1');
});
