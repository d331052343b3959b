import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToSerial, compareSerials, isNewerSerial } from './serial.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe('serial arithmetic', () => {
  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [0, 1, -1],
    [0, 0xffff_ffff, 1],
    [0xffff_ffff, 0, -1],
    [44, 0, 1],
    [100, 44, 1],
    [200, 100, 1],
    [0, 200, -1],
    [0x7fff_ffff, 0, 1],
    [0x8000_0001, 0, -1],
    [0x8000_0000, 0, undefined],
    [0, 0x8000_0000, undefined],
  ] as const)('RFC 1982 3.2: %i to %i is %s', (a, b, expected) => {
    expect(compareSerials(a, b)).toBe(expected);
    expect(isNewerSerial(a, b)).toBe(expected === 1);
  });

  it('RFC 1982 3.1: adding wraps at 2^32 and allows 0 to 2^31 - 1', () => {
    expect(addToSerial(0xffff_ffff, 1)).toBe(0);
    expect(addToSerial(0x8000_0000, 0x7fff_ffff)).toBe(0xffff_ffff);
    expect(() => addToSerial(1, 0x8000_0000)).toThrow(RangeError);
    expect(() => addToSerial(1, -1)).toThrow(RangeError);
  });

  it('RFC 1982 3.2: a serial moved forward is newer, and the order is antisymmetric', () => {
    fc.assert(
      fc.property(u32, fc.integer({ min: 1, max: 0x7fff_ffff }), (serial, n) => {
        const later = addToSerial(serial, n);
        return compareSerials(later, serial) === 1 && compareSerials(serial, later) === -1;
      }),
    );
  });
});
