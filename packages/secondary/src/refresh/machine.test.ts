import { describe, expect, test } from 'vitest';
import { A, B, DAY, HELD, NOW, REFRESH, Walk } from '../fixtures/walk.ts';

describe('refresh (RFC 1034 4.3.5)', () => {
  test('after the SOA REFRESH interval the first primary is asked for its SOA', () => {
    const walk = new Walk();
    expect(walk.plan.at).toBe(NOW + REFRESH);
    expect(walk.after(REFRESH - 1).do({ kind: 'tick' }).asks).toBeUndefined();
    expect(walk.due().asks).toBe('soa a');
    expect(walk.state.phase.kind).toBe('checking');
  });

  test('equal serial: good, expiry counted anew, next refresh planned', () => {
    const walk = new Walk().due().answered(A, 10);
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.state.facts.expireAt).toBe(walk.now + HELD.expire * 1000);
    expect(walk.plan).toEqual({ at: walk.now + REFRESH, reason: 'refresh', priority: 'timer' });
  });

  test('newer serial: IXFR, and what comes is the new version', () => {
    const walk = new Walk().due().answered(A, 11);
    expect(walk.asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 11 });
    expect(walk.state.held?.serial).toBe(11);
    expect(walk.state.facts.received).toEqual({ serial: 11, at: walk.now });
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.has('save')).toBe(false);
  });

  test('RFC 1982: newer across the wrap', () => {
    const walk = new Walk({ ...HELD, serial: 0xffff_fffe }).due().answered(A, 3);
    expect(walk.asks).toBe('ixfr a');
  });

  test('never loaded: AXFR at once, without asking for the SOA', () => {
    const walk = new Walk(null);
    expect(walk.plan.at).toBeLessThanOrEqual(NOW);
    expect(walk.due().asks).toBe('axfr a');
    walk.installed(A, HELD, undefined, 'axfr');
    expect(walk.state.told).toBe('serving');
    expect(walk.plan.at).toBe(walk.now + REFRESH);
  });

  test('a round under way is not begun a second time, and answers of others change nothing', () => {
    const walk = new Walk().due();
    const { phase } = walk.state;
    expect(walk.after(DAY).do({ kind: 'tick' }).asks).toBeUndefined();
    walk.answered(B, 99);
    walk.installed(A, { ...HELD, serial: 99 });
    expect(walk.state.phase).toEqual(phase);
    expect(walk.state.held?.serial).toBe(10);
  });

  test('a round that is over ignores late answers', () => {
    const walk = new Walk();
    walk.answered(A, 12).failed(A);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.effects).toEqual([]);
  });
});
