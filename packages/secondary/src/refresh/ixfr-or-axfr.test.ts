import { describe, expect, test } from 'vitest';
import { A, B, config, HELD, Walk } from '../fixtures/walk.ts';
import { readFacts, writeFacts } from './facts.ts';
import type { RefreshEvent } from './state.ts';

describe('IXFR and AXFR', () => {
  test('a failing IXFR is replaced by AXFR from the same primary at once; then the next one', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'refused');
    expect(walk.asks).toBe('axfr a');
    walk.failed(A, 'refused');
    expect(walk.asks).toBe('soa b');
  });

  test('when nothing of the primary is heard, AXFR from it is not tried', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'unreachable');
    expect(walk.asks).toBe('soa b');
  });

  test('a transfer that stalls costs its time once: the next primary at once; the last one is asked for AXFR', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'stalled');
    expect(walk.asks).toBe('soa b');
    expect(walk.answered(B, 11).failed(B, 'stalled').asks).toBe('axfr b');
    expect(walk.failed(B, 'stalled').state.phase.kind).toBe('idle');
    expect(walk.state.facts).toMatchObject({ failures: 1, lastError: { message: 'b stalled' } });
    expect(walk.plan.reason).toBe('retry');
  });

  test('so often in a row as a primary has stalled is remembered until it has come to an end again', () => {
    const walk = new Walk(HELD, {}, { ...config, primaries: [A] });
    for (const stalls of [1, 2, 3]) {
      walk.due().answered(A, 11).failed(A, 'stalled').failed(A, 'stalled');
      expect(walk.state.facts.primaries[A.key].stalls).toBe(stalls);
    }
    walk.due().answered(A, 11).failed(A, 'refused').failed(A, 'refused');
    expect(readFacts(writeFacts(walk.state.facts)).primaries[A.key].stalls).toBe(3);
    walk
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 });
    expect(walk.state.facts.primaries[A.key].stalls).toBeUndefined();
  });

  test('a primary whose IXFR failed where AXFR worked is asked for AXFR for a bounded time', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'refused');
    walk.installed(A, { ...HELD, serial: 11 }, undefined, 'axfr');
    expect(walk.after(1000).do({ kind: 'refresh' }).due().answered(A, 12).asks).toBe('axfr a');
    walk.installed(A, { ...HELD, serial: 12 }, undefined, 'axfr');
    expect(walk.after(60_000).do({ kind: 'refresh' }).due().answered(A, 13).asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 13 });
    expect(walk.state.facts.primaries[A.key].noIxfrUntil).toBeUndefined();
  });

  test('so is one whose AXFR brought nothing newer: a NOTIFY without SOA does not cost the whole zone each time', () => {
    const notify: RefreshEvent = { kind: 'notify', serial: undefined, primary: A.key };
    const walk = new Walk().do(notify).due();
    expect(walk.asks).toBe('ixfr a');
    expect(walk.failed(A, 'refused').asks).toBe('axfr a');
    walk.answered(A, 10);
    expect(walk.state.facts).toMatchObject({ failures: 0, lastGoodCheckAt: walk.now });
    expect(walk.do(notify).due().asks).toBe('soa a');
    expect(walk.answered(A, 11).asks).toBe('axfr a');
  });

  test('a transfer that brings nothing newer is an SOA check: equal is good, older is not', () => {
    const equal = new Walk().due().answered(A, 11).answered(A, 10);
    expect(equal.state.facts).toMatchObject({ failures: 0, lastGoodCheckAt: equal.now });
    const older = new Walk().due().answered(A, 11).answered(A, 8);
    expect(older.asks).toBe('soa b');
  });

  test("our own failure (disk full) is nobody else's: retry later, old version kept", () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'local');
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.state.facts).toMatchObject({ failures: 1, primaries: {} });
    expect(walk.state.held?.serial).toBe(10);
    expect(walk.plan.reason).toBe('retry');
  });

  test('retransfer: AXFR that takes any serial', () => {
    const walk = new Walk().do({ kind: 'retransfer' }).due();
    expect(walk.effects).toContainEqual({ kind: 'transfer', primary: A.key, type: 'axfr', force: true, urgent: true });
    walk.installed(A, { ...HELD, serial: 5 }, undefined, 'axfr');
    expect(walk.state.held?.serial).toBe(5);
  });
});
