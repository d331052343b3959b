import { expect, test } from 'vitest';
import { SharedTurns, WORK_MS } from './shared-turns.ts';

test('however many work side by side, together they have so much of each turn of the event loop, and all come to their end', async () => {
  let now = 0;
  let turns = 0;
  const workedInTurn: number[] = [];
  const shared = new SharedTurns({
    elapsed: () => now,
    turn: () => new Promise((resolve) => setImmediate(() => resolve(turns++))),
  });
  const worker = async () => {
    for (let zone = 0; zone < 5; zone++) {
      while (shared.areDue) await shared.take();
      now++;
      workedInTurn[turns] = (workedInTurn[turns] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  expect(workedInTurn.reduce((sum, ms) => sum + ms)).toBe(160);
  expect(Math.max(...workedInTurn)).toBe(WORK_MS);
  expect(turns).toBe(160 / WORK_MS - 1);
});

test('who alone works for less than that takes no turn', () => {
  let now = 0;
  const shared = new SharedTurns({ elapsed: () => now });
  now += WORK_MS - 1;
  expect(shared.areDue).toBe(false);
  now++;
  expect(shared.areDue).toBe(true);
});
