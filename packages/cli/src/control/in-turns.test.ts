import { describe, expect, it } from 'vitest';
import { inTurns, piecesInTurns, TURN_EVERY_MS } from './in-turns.ts';

function busy(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** How often others had their turn while `work` went on. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const beat = () => {
    turns++;
    if (!isOver) setImmediate(beat);
  };
  setImmediate(beat);
  await work();
  isOver = true;
  return turns;
}

describe('long work gives others their turn', () => {
  it('steps', async () => {
    const steps = function* () {
      for (let i = 0; i < 320; i++) yield busy(TURN_EVERY_MS / 16);
      return 'done';
    };
    let value: string | undefined;
    const turns = await turnsDuring(async () => {
      value = await inTurns(steps());
    });
    expect(value).toBe('done');
    // 20 times the time after which one is due; looked at every 16 steps.
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it('text: all of it, in pieces', async () => {
    const lines = Array.from({ length: 3_200 }, (_, i) => `${i} ${'x'.repeat(100)}\n`);
    const slowly = function* () {
      for (const line of lines) {
        busy(TURN_EVERY_MS / 160);
        yield line;
      }
    };
    const pieces: string[] = [];
    const turns = await turnsDuring(async () => {
      for await (const piece of piecesInTurns(slowly())) pieces.push(piece);
    });
    expect(pieces.join('')).toBe(lines.join(''));
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.length).toBeLessThan(50);
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it('nothing at all', async () => {
    const pieces: string[] = [];
    for await (const piece of piecesInTurns([])) pieces.push(piece);
    expect(pieces).toEqual([]);
  });
});
