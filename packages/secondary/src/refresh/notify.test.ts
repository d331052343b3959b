import { describe, expect, test } from 'vitest';
import { A, B, HELD, HOUR, NOW, REFRESH, Walk, zone } from '../fixtures/walk.ts';
import type { RefreshEvent } from './state.ts';
import { DEFAULT_INTERVALS, retryInterval } from './timing.ts';

describe('NOTIFY (RFC 1996)', () => {
  const notify = (serial?: number, primary?: string): RefreshEvent => ({ kind: 'notify', serial, primary });

  test('from a primary: IXFR from it straight away', () => {
    const walk = new Walk().do(notify(11, B.key));
    expect(walk.plan).toMatchObject({ at: NOW, priority: 'change' });
    expect(walk.due().asks).toBe('ixfr b');
    expect(walk.effects).toContainEqual(expect.objectContaining({ kind: 'transfer', isNotified: true }));
    expect(walk.state.facts.lastNotified).toEqual({ serial: 11, at: NOW });
  });

  test('from elsewhere: an SOA check first', () => {
    const walk = new Walk().do(notify(11)).due();
    expect(walk.asks).toBe('soa a');
    walk.answered(A, 11);
    expect(walk.asks).toBe('ixfr a');
    expect(walk.effects).not.toContainEqual(expect.objectContaining({ isNotified: true }));
  });

  test('from a primary whose IXFR does not work: an SOA check first', () => {
    const facts = { primaries: { [A.key]: { failures: 0, retryAfter: 0, noIxfrUntil: NOW + HOUR } } };
    expect(new Walk(HELD, facts).do(notify(11, A.key)).due().asks).toBe('soa a');
  });

  test.each([10, 9])('RFC 1996 3.11: serial %i, which we have, starts nothing', (serial) => {
    const walk = new Walk().do(notify(serial, A.key));
    expect(walk.plan.reason).toBe('refresh');
    expect(walk.plan.at).toBe(NOW + REFRESH);
  });

  test('without SOA, or with a serial that cannot be compared: asked', () => {
    expect(new Walk().do(notify(undefined, A.key)).plan.reason).toBe('notify');
    expect(new Walk().do(notify((10 + 0x8000_0000) >>> 0, A.key)).plan.reason).toBe('notify');
  });

  test('with the serial we have, after a failure: asked, for the primary is back', () => {
    const walk = new Walk().due().failed(A).failed(B).do(notify(10, A.key));
    expect(walk.due().asks).toBe('ixfr a');
  });

  test('RFC 1996 4.4: during a round, merged into one follow-up', () => {
    const walk = new Walk().due();
    for (const serial of [11, 12, 12, 11]) walk.do(notify(serial, A.key));
    expect(walk.asks).toBeUndefined();
    walk.answered(A, 11).installed(A, { ...HELD, serial: 11 });
    expect(walk.plan.reason).toBe('notify');
    expect(walk.due().asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 12 });
    expect(walk.plan.reason).toBe('refresh');
  });

  test('RFC 1996 4.4: no follow-up when the round brought what was spoken of', () => {
    const walk = new Walk()
      .due()
      .do(notify(11, A.key))
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 12 });
    expect(walk.plan.reason).toBe('refresh');
  });

  test('the other primaries are asked when the first does not have it yet; then as after a failure for one REFRESH', () => {
    const walk = new Walk().do(notify(11, A.key)).due().answered(A, 10);
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.plan.at).toBe(walk.now + retryInterval(zone, HELD, 1, DEFAULT_INTERVALS));
    let rounds = 0;
    while (walk.now < NOW + 2 * REFRESH) {
      walk.due().answered(A, 10).answered(B, 10);
      rounds++;
    }
    expect(rounds).toBeLessThanOrEqual(8);
    expect(walk.plan.at).toBe(walk.now + REFRESH);
  });

  test('known before a crash and not fetched: due at start', () => {
    const walk = new Walk(HELD, { lastNotified: { serial: 11, at: NOW - 5 }, lastGoodCheckAt: NOW - 10 });
    expect(walk.plan.at).toBeLessThanOrEqual(NOW);
  });
});
