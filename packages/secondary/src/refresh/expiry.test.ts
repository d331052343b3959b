import { describe, expect, test } from 'vitest';
import { A, DAY, HELD, HOUR, NOW, Walk } from '../fixtures/walk.ts';
import { DEFAULT_INTERVALS } from './timing.ts';

describe('expiry', () => {
  test('at SOA EXPIRE after the last good check, also in the middle of a round', () => {
    const walk = new Walk().due();
    walk.now = NOW + HELD.expire * 1000 - 1;
    expect(walk.do({ kind: 'tick' }).has('expire')).toBe(false);
    walk.after(1).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    expect(walk.has('save')).toBe(true);
    expect(walk.do({ kind: 'tick' }).effects).toEqual([]);
  });

  test('an expired zone is revived by a good check of the same serial, without a transfer', () => {
    const walk = new Walk(HELD, { expireAt: NOW, lastGoodCheckAt: NOW - 7 * DAY });
    expect(walk.has('expire')).toBe(true);
    walk.due();
    expect(walk.asks).toBe('soa a');
    walk.answered(A, 10);
    expect(walk.has('serve')).toBe(true);
    expect(walk.state.facts.expireAt).toBe(walk.now + HELD.expire * 1000);
  });

  test('an expired zone with a long RETRY is asked for within minutes', () => {
    const walk = new Walk({ ...HELD, retry: 86_400 }, { expireAt: NOW, lastGoodCheckAt: NOW - 7 * DAY });
    for (let i = 0; i < 20; i++) walk.due().allFail();
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(DEFAULT_INTERVALS.bootstrapMaxInterval * 1000);
    expect(walk.plan.at - walk.now).toBeGreaterThan(60_000);
  });

  test('RFC 7314 4: EXPIRE in the answer to a check: the later of both, at most SOA EXPIRE', () => {
    const walk = new Walk().after(DAY).due();
    walk.answered(A, 10, 3600);
    expect(walk.state.facts.expireAt).toBe(NOW + 7 * DAY);
    walk
      .do({ kind: 'refresh' })
      .due()
      .answered(A, 10, 6.5 * 86_400);
    expect(walk.state.facts.expireAt).toBe(walk.now + 6.5 * DAY);
    walk.do({ kind: 'refresh' }).due().answered(A, 10, 0xffff_ffff);
    expect(walk.state.facts.expireAt).toBe(walk.now + 7 * DAY);
  });

  test('RFC 7314 4: EXPIRE with a transfer replaces SOA EXPIRE, which stays the maximum', () => {
    const walk = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 7200);
    expect(walk.state.facts.expireAt).toBe(walk.now + 2 * HOUR);
    const more = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 0xffff_ffff);
    expect(more.state.facts.expireAt).toBe(more.now + 7 * DAY);
    const dead = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 0);
    expect(dead.has('expire')).toBe(true);
  });

  test('a copy from a hub that expires soon is refreshed before it does', () => {
    const walk = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 600);
    expect(walk.plan.at).toBe(walk.now + 300_000);
  });
});
