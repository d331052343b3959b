import { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { NewNodeRounds } from './new-node.ts';
import { NEW_NODE } from './timing.ts';

/** Asks about every zone but each tenth, which another remote has. */
function rounds(zones: number) {
  const clock = new FakeClock();
  const asked: { zone: number; at: number }[] = [];
  const began = clock.now();
  const made = new NewNodeRounds(
    clock,
    () => Array.from({ length: zones }, (_, zone) => zone).values(),
    (zone) => {
      if (zone % 10 === 0) return false;
      asked.push({ zone, at: clock.now() - began });
      return true;
    },
  );
  return { clock, asked, rounds: made };
}

test('every zone is asked about, 200 a second', async () => {
  const { clock, asked, rounds: made } = rounds(10_000);
  made.seen('fra');
  await clock.advance(50_000);
  expect(asked).toHaveLength(9_000);
  expect(new Set(asked.map(({ zone }) => zone)).size).toBe(9_000);
  const inTurns = new Map<number, number>();
  for (const { at } of asked) inTurns.set(at, (inTurns.get(at) ?? 0) + 1);
  expect(Math.max(...inTurns.values())).toBe(NEW_NODE.asked);
  expect(asked.at(-1)!.at).toBeGreaterThanOrEqual(9_000 / (NEW_NODE.asked / NEW_NODE.pause) - NEW_NODE.pause);
});

test('zones with nothing to ask about are passed over, so many in a turn', async () => {
  let looked = 0;
  const clock = new FakeClock();
  const zones = () => new Array(10 * NEW_NODE.lookedAt).fill('a.test.').values();
  new NewNodeRounds(clock, zones, () => ++looked < 0).seen('fra');
  await clock.advance(NEW_NODE.pause);
  expect(looked).toBe(NEW_NODE.lookedAt);
  await clock.advance(20 * NEW_NODE.pause);
  expect(looked).toBe(10 * NEW_NODE.lookedAt);
});

test('nodes that come and go all the time: a round begins once a minute at most', async () => {
  const { clock, asked, rounds: made } = rounds(100);
  for (let s = 0; s < 600; s++) {
    made.seen('fra');
    await clock.advance(1_000);
  }
  expect(asked.length).toBe(90 * (600_000 / NEW_NODE.least));
  await clock.advance(10 * NEW_NODE.least);
  const before = asked.length;
  await clock.advance(10 * NEW_NODE.least);
  expect(asked.length).toBe(before);
});

test('each remote has its own rounds; stopped, none goes on', async () => {
  const { clock, asked, rounds: made } = rounds(100);
  made.seen('fra');
  made.seen('sin');
  await clock.advance(NEW_NODE.pause);
  expect(asked).toHaveLength(2 * NEW_NODE.asked);
  made.stop();
  await clock.advance(NEW_NODE.least);
  expect(asked).toHaveLength(2 * NEW_NODE.asked);
});
