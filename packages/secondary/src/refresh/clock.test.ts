import { describe, expect, test } from 'vitest';
import { A, B, config, DAY, HELD, HOUR, NOW, Walk } from '../fixtures/walk.ts';
import { NO_FACTS } from './facts.ts';
import { start, step } from './machine.ts';
import { plan } from './plan.ts';

describe('the wall clock jumps', () => {
  test('backwards: refreshing goes on, and nothing lives longer', () => {
    const walk = new Walk().after(HOUR / 2).do({ kind: 'tick' });
    const left = walk.state.facts.expireAt! - walk.now;
    walk.setBack(365 * DAY).do({ kind: 'tick' });
    expect(walk.state.facts.expireAt! - walk.now).toBe(left);
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(HOUR / 2);
  });

  test('backwards: an expired zone stays expired, also over a restart', () => {
    const walk = new Walk().after(8 * DAY).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    walk.setBack(30 * DAY).do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
    const saved = walk.state.facts;
    const restarted = start({ held: HELD, facts: saved }, walk.now - 300 * DAY, config);
    expect(restarted.state.told).toBe('expired');
  });

  test('backwards and not yet noticed: time stands still, it does not run backwards', () => {
    const walk = new Walk().after(8 * DAY).do({ kind: 'tick' });
    walk.after(-2 * DAY).do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
  });

  test('forwards: the zone is asked for at once, and revived by the answer', () => {
    const walk = new Walk().after(3650 * DAY).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    expect(walk.asks).toBe('soa a');
    expect(walk.answered(A, 10).has('serve')).toBe(true);
  });

  test('forwards and back: still expired until a primary says otherwise', () => {
    const walk = new Walk()
      .after(3650 * DAY)
      .do({ kind: 'tick' })
      .failed(A)
      .failed(B)
      .setBack(3650 * DAY);
    walk.do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(HELD.retry * 1000);
  });

  test('the first round after a start is not held back by a clock set back', () => {
    const first = start(
      { held: HELD, facts: { ...NO_FACTS, expireAt: NOW + DAY }, firstRoundAt: NOW + 5000 },
      NOW,
      config,
    );
    const back = step(first.state, { kind: 'set-back', ms: 30 * DAY }, NOW - 30 * DAY, config);
    expect(plan(back.state, config)!.at).toBeLessThanOrEqual(NOW - 30 * DAY + 5000);
  });
});
