import { describe, expect, it } from 'vitest';
import { bitmapFault, readTypeBitmap } from './type-bitmap.ts';

const octets = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const fault = (hex: string, ...types: number[]) =>
  bitmapFault(octets(hex), 0, octets(hex).length, Uint16Array.from(types), types.length);

describe('type bitmaps (RFC 4034 4.1.2)', () => {
  it.each<[string, number[]]>([
    ['', []],
    ['00 01 40', [1]],
    ['00 06 40 01 00 00 00 03', [1, 15, 46, 47]],
    ['00 01 20 01 01 40', [2, 257]],
    ['ff 20 00000000000000000000000000000000000000000000000000000000000000 01', [65_535]],
  ])('%j', (hex, types) => {
    expect(readTypeBitmap(octets(hex), 0, octets(hex).length)).toEqual(types);
    expect(fault(hex, ...types)).toBeUndefined();
    if (types.length > 0) {
      expect(fault(hex, ...types.slice(1))).toMatch(/which the name has not$/);
      expect(fault(hex, ...types, 65_534)?.replace(/ TYPE65534/, '')).toMatch(/^its type bitmap lacks/);
    }
  });

  it.each([
    ['half a window', '00'],
    ['no octets in it', '00 00'],
    ['more than 32', `00 21 ${'01'.repeat(33)}`],
    ['cut', '00 02 40'],
    ['the same window twice', '00 01 40 00 01 20'],
    ['windows in descending order', '01 01 40 00 01 40'],
  ])('malformed: %s', (_what, hex) => {
    expect(readTypeBitmap(octets(hex), 0, octets(hex).length)).toBeUndefined();
    expect(fault(hex, 1)).toBe('its type bitmap is malformed');
  });

  it('zero octets at the end say the same, and are let pass', () => {
    expect(fault('00 02 40 00', 1)).toBeUndefined();
    expect(fault('00 02 40 00 01 01 00', 1)).toBeUndefined();
  });

  it('a type in an octet behind all that are expected, or in a window of its own, is found', () => {
    expect(fault('00 02 40 01', 1)).toBe('its type bitmap has MX, which the name has not');
    expect(fault('00 01 40 01 01 40', 1)).toBe('its type bitmap has CAA, which the name has not');
    expect(fault('00 01 20', 1)).toBe('its type bitmap lacks A and has NS too much');
  });
});
