import { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { DEADLINE_SLOT, Deadlines, NOT_WAITING, type Waiting } from './deadlines.ts';

function setUp() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const over: { readonly name: string; readonly at: number }[] = [];
  const waiting = (name: string, then = () => {}): Waiting => ({
    expired: () => {
      over.push({ name, at: clock.elapsed });
      then();
    },
    slot: NOT_WAITING,
    before: undefined,
    after: undefined,
  });
  return { clock, deadlines, over, waiting };
}

test('ten thousand waits have one timer, and each ends in its slot', async () => {
  const { clock, deadlines, over, waiting } = setUp();
  const wanted = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    const ms = 1 + ((i * 7919) % 5_000);
    wanted.set(`w${i}`, ms);
    deadlines.add(waiting(`w${i}`), ms);
  }
  expect(clock.pending).toBe(1);
  await clock.advance(6_000);
  expect(over).toHaveLength(10_000);
  for (const { name, at } of over) {
    expect(at).toBeGreaterThanOrEqual(wanted.get(name)!);
    expect(at).toBeLessThanOrEqual(wanted.get(name)! + DEADLINE_SLOT);
  }
  expect(clock.fired).toBeLessThanOrEqual(5_000 / DEADLINE_SLOT + 1);
  expect(clock.pending).toBe(0);
});

test('what is removed does not end, wherever it stood, and the last one takes the timer with it', async () => {
  const { clock, deadlines, over, waiting } = setUp();
  const all = ['a', 'b', 'c', 'd', 'later'].map((name) => waiting(name));
  for (const one of all) deadlines.add(one, one === all[4] ? 500 : 100);
  // Middle, first and last of one slot, and one twice.
  for (const i of [1, 3, 0, 0]) deadlines.remove(all[i]);
  expect(deadlines.size).toBe(2);
  await clock.advance(200);
  expect(over.map(({ name }) => name)).toEqual(['c']);
  deadlines.remove(all[4]);
  expect(clock.pending).toBe(0);
  deadlines.add(all[4], 50);
  await clock.advance(60);
  expect(over.at(-1)).toEqual({ name: 'later', at: 250 });
});

test('a wait may begin another when it ends', async () => {
  const { clock, deadlines, over, waiting } = setUp();
  const second = waiting('second');
  deadlines.add(
    waiting('first', () => deadlines.add(second, 100)),
    100,
  );
  await clock.advance(1_000);
  expect(over).toEqual([
    { name: 'first', at: 100 },
    { name: 'second', at: 200 },
  ]);
});

test.each([
  ['back', -3_600_000],
  ['ahead', 3_600_000],
])('a wall clock that is set %s moves no wait by more than the one under way', async (_, ms) => {
  const { clock, deadlines, over, waiting } = setUp();
  deadlines.add(waiting('long'), 2_000);
  await clock.advance(500);
  clock.jump(ms);
  deadlines.add(waiting('short'), 300);
  await clock.advance(10_000);
  const at = (wanted: string) => over.find(({ name }) => name === wanted)!.at;
  expect(over).toHaveLength(2);
  expect(at('short')).toBeGreaterThanOrEqual(800);
  expect(at('short')).toBeLessThanOrEqual(800 + 2_000);
  expect(at('long')).toBeGreaterThanOrEqual(2_000);
  expect(at('long')).toBeLessThanOrEqual(2_000 + 2_000);
});
