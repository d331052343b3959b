import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, goBack, serialAt } from './position.ts';

describe('positions', () => {
  test('RFC 1982: a serial that wraps goes on growing', () => {
    const before = advance(0, 0xffff_ffff);
    const after = advance(before, 3);
    expect(after).toBe(2 ** 32 + 3);
    expect(serialAt(after)).toBe(3);
    expect(goBack(after, 0xffff_ffff)).toBe(before);
  });

  test('the same serial stays where it is', () => {
    expect(advance(2 ** 40 + 5, 5)).toBe(2 ** 40 + 5);
    expect(goBack(2 ** 40 + 5, 5)).toBe(2 ** 40 + 5);
  });

  test('a serial not passed yet is before the beginning', () => {
    expect(goBack(10, 11)).toBeLessThan(0);
  });

  test('going back finds the position that going forward left', () => {
    const serial = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), serial, (start, next) => {
        const end = advance(start, next);
        expect(serialAt(end)).toBe(next);
        expect(end - start).toBeLessThan(2 ** 32);
        expect(goBack(end, serialAt(start))).toBe(start);
      }),
    );
  });
});
