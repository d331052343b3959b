import { describe, expect, test } from 'vitest';
import { A, B, config, HELD, NOW, Walk, zone } from '../fixtures/walk.ts';
import { DEFAULT_INTERVALS, retryInterval } from './timing.ts';

describe('several primaries', () => {
  test('the next one is asked in the same round, the sick one last until its time has come', () => {
    const walk = new Walk().due().failed(A);
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.state.facts.primaries[A.key].lastError?.message).toBe('a unreachable');
    const retryAfter = walk.state.facts.primaries[A.key].retryAfter;
    walk.do({ kind: 'refresh' }).due();
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    walk.now = retryAfter;
    expect(walk.do({ kind: 'refresh' }).due().asks).toBe('soa a');
    walk.answered(A, 10);
    expect(walk.state.facts.primaries[A.key].lastError).toBeUndefined();
  });

  test('all fail: one failure more, the retry timer, and the last reason kept', () => {
    const walk = new Walk().due().failed(A).failed(B);
    const failedAt = walk.now;
    expect(walk.state.facts.failures).toBe(1);
    expect(walk.state.facts.lastError?.message).toBe('b unreachable');
    expect(walk.plan).toEqual({
      at: failedAt + retryInterval(zone, HELD, 1, DEFAULT_INTERVALS),
      reason: 'retry',
      priority: 'timer',
    });
    expect(walk.has('save')).toBe(true);
  });

  test('an older serial is not taken, is not good, and the next primary is asked', () => {
    const walk = new Walk();
    const { expireAt } = walk.state.facts;
    walk.due().answered(A, 9);
    expect(walk.asks).toBe('soa b');
    expect(walk.state.facts.primaries[A.key].lastError?.code).toBe('primary-serial-older');
    walk.answered(B, 9);
    expect(walk.state.facts).toMatchObject({ failures: 1, expireAt, lastGoodCheckAt: NOW });
    expect(walk.state.held?.serial).toBe(10);
  });

  test('RFC 1982 3.2: a serial exactly 2^31 away is not taken', () => {
    const walk = new Walk().due().answered(A, (10 + 0x8000_0000) >>> 0);
    expect(walk.asks).toBe('soa b');
  });

  test('no primary configured: a failure with a reason, no tight loop', () => {
    const walk = new Walk(HELD, {}, { ...config, primaries: [] }).due();
    expect(walk.state.facts.lastError?.code).toBe('no-primary');
    expect(walk.plan.at).toBeGreaterThan(walk.now + 500_000);
  });

  test('a primary configured no more is not asked and not remembered', () => {
    const walk = new Walk().due().failed(A).answered(B, 10);
    walk.config = { ...config, primaries: [B] };
    walk.do({ kind: 'configured' });
    expect(Object.keys(walk.state.facts.primaries)).toEqual([]);
    const other = new Walk().due();
    other.config = { ...config, primaries: [A] };
    other.failed(A);
    expect(other.state.phase.kind).toBe('idle');
    expect(other.state.facts.failures).toBe(1);
  });
});
