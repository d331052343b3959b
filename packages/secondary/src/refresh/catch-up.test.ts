import { describe, expect, test } from 'vitest';
import { A, B, config, DAY, HELD, NOW, REFRESH, Walk } from '../fixtures/walk.ts';
import { NO_FACTS, type RefreshFacts } from './facts.ts';
import { start } from './machine.ts';
import { CATCH_UP_TRIES, retryInterval } from './timing.ts';

const FIRST = NOW + 5000;

/** A zone as it comes from disk, its first round set for {@link FIRST}. */
function started(facts: Partial<RefreshFacts> = {}): Walk {
  const walk = new Walk();
  const stored = { ...NO_FACTS, expireAt: NOW + DAY, lastGoodCheckAt: NOW, ...facts };
  walk.state = start({ held: HELD, facts: stored, firstRoundAt: FIRST }, NOW, config).state;
  return walk;
}

describe('after a start a NOTIFY may have been missed (RFC 1996 3.6)', () => {
  test.each([
    ['a zone in good health', {}],
    ['one that waits for its RETRY', { failures: 3, lastAttemptAt: NOW }],
    ['one long overdue', { lastGoodCheckAt: NOW - DAY }],
  ])('%s: the first round comes when it is its turn, the next as the SOA says', (_, facts) => {
    const walk = started(facts);
    expect(walk.plan).toMatchObject({ at: FIRST, priority: 'timer' });
    expect(walk.do({ kind: 'tick' }).asks).toBeUndefined();
    expect(walk.due().asks).toBe('soa a');
    expect(walk.answered(A, 10).plan.at).toBe(FIRST + REFRESH);
  });

  test('no primary answers: soon again, a few times, then as RETRY says', () => {
    const walk = started();
    const pauses = Array.from({ length: CATCH_UP_TRIES - 1 }, () => {
      const { now } = walk.due().allFail();
      return Math.round((walk.plan.at - now) / 1000);
    });
    expect(pauses[0]).toBeLessThanOrEqual(1);
    expect(pauses.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(130);
    expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
    walk.due().allFail();
    const retry = retryInterval(config.zone, HELD, CATCH_UP_TRIES, config.intervals);
    expect(walk.plan.at - walk.now).toBeCloseTo(retry, 0);
  });

  test('one answers in the end: REFRESH again', () => {
    const walk = started().due().allFail().due().failed(A).answered(B, 10);
    expect(walk.plan.at - walk.now).toBeCloseTo(REFRESH, 0);
  });

  test('a round that a NOTIFY began will do', () => {
    const walk = started().do({ kind: 'notify', serial: 11, primary: A.key }).due();
    walk.installed(A, { ...HELD, serial: 11 });
    expect(walk.plan.at).toBe(NOW + REFRESH);
  });
});
