import { describe, expect, test } from 'vitest';
import { A, B, HELD, NOW, Walk } from '../fixtures/walk.ts';
import type { Held } from './state.ts';

describe('SOA timers at their extremes', () => {
  const timers = [0, 1, 0x7fff_ffff, 0xffff_ffff];
  const cases = timers.flatMap((refresh) =>
    timers.flatMap((retry) => timers.map((expire) => ({ refresh, retry, expire }))),
  );

  test.each(cases)(
    'refresh $refresh, retry $retry, expire $expire: no tight loop, no overflow, never silent',
    (soa) => {
      const held: Held = { serial: 10, ...soa };
      const walk = new Walk(held, { expireAt: NOW + Math.max(soa.expire, 3) * 1000 });
      for (let i = 0; i < 30; i++) {
        const before = walk.now;
        expect(Number.isSafeInteger(Math.ceil(walk.plan.at))).toBe(true);
        walk.due();
        if (i > 0) expect(walk.now - before).toBeGreaterThanOrEqual(700);
        expect(walk.now - before).toBeLessThanOrEqual(2_419_200_000);
        if (i % 3 === 0) walk.allFail();
        else if (walk.state.phase.kind !== 'idle') {
          const asked = walk.state.phase.primary;
          walk.answered(asked === A.key ? A : B, 10);
        }
      }
    },
  );

  test('EXPIRE shorter than REFRESH: the zone is kept alive by asking earlier', () => {
    const walk = new Walk({ ...HELD, refresh: 86_400, expire: 3600 });
    for (let i = 0; i < 100; i++) {
      walk.due();
      expect(walk.has('expire')).toBe(false);
      walk.answered(A, 10);
    }
  });
});
