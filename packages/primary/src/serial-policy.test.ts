import { isNewerSerial } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextSerial, type SerialPolicy } from './serial-policy.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

describe('serial-policy', () => {
  test.each<[string, number, SerialPolicy, number]>([
    ['increment adds one', 41, 'increment', 42],
    ['increment wraps past 0 (RFC 1982 3.1)', 0xffff_ffff, 'increment', 1],
    ['unixtime takes the time', 41, 'unixtime', NOON / 1000],
    ['unixtime twice in one second adds one', NOON / 1000, 'unixtime', NOON / 1000 + 1],
    ['unixtime behind a date serial adds one', 2026_11_20_00, 'unixtime', 2026_11_20_01],
    ['dateserial takes the date', 2026_11_19_07, 'dateserial', 2026_11_20_00],
    ['dateserial counts within the day', 2026_11_20_00, 'dateserial', 2026_11_20_01],
    ['dateserial runs over into the next day after 100 changes', 2026_11_20_99, 'dateserial', 2026_11_21_00],
    [
      'dateserial exactly 2^31 ahead is doubtful (RFC 1982 3.2): adds one',
      (2026_11_20_00 + 0x8000_0000) >>> 0,
      'dateserial',
      (2026_11_20_01 + 0x8000_0000) >>> 0,
    ],
  ])('%s', (_, current, policy, expected) => {
    expect(nextSerial(current, policy, NOON)).toBe(expected);
  });

  test('RFC 1982 3.2: every policy moves every serial forward, at any time', () => {
    const policies = fc.constantFrom<SerialPolicy>('increment', 'unixtime', 'dateserial');
    const times = fc.integer({ min: 0, max: Date.UTC(2120, 0) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), policies, times, (current, policy, now) => {
        const next = nextSerial(current, policy, now);
        expect(isNewerSerial(next, current)).toBe(true);
        expect(next).toBe(next >>> 0);
      }),
    );
  });
});
