import { describe, expect, test } from 'vitest';
import { NAME_BAD_LABEL, NAME_BAD_POINTER, NAME_TOO_LONG, NAME_TRUNCATED, name } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import { compressibleNames, expandRdata, isPlainRdata, RDATA_BAD_LENGTH, RdataBuffer } from './rdata-names.ts';

const target = name('ns.example.');
const POINTER = [0xc0, 0x02];

/** Rdata behind two filler octets and the name `ns.example.` at offset 2. */
function expand(type: number, rdata: number[], rclass: number = CLASS.IN): Uint8Array | number {
  const message = Uint8Array.of(0, 0, ...target, ...rdata, 9, 9, 9);
  const start = 2 + target.length;
  const out = new RdataBuffer();
  const result = expandRdata(message, type, rclass, start, start + rdata.length, out);
  return result < 0 ? result : out.bytes.slice(out.start, out.end);
}

describe('RFC 3597 4: compressed names are expanded on receipt', () => {
  const fixed = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  const cases: [string, number, number[], number[]][] = [
    ...['NS 2', 'MD 3', 'MF 4', 'CNAME 5', 'MB 7', 'MG 8', 'MR 9', 'PTR 12', 'DNAME 39'].map(
      (t): [string, number, number[], number[]] => [t, Number(t.split(' ')[1]), POINTER, [...target]],
    ),
    ['SOA', 6, [...POINTER, ...POINTER, ...fixed(20)], [...target, ...target, ...fixed(20)]],
    ['MINFO', 14, [...POINTER, ...POINTER], [...target, ...target]],
    ['RP', 17, [1, 0x61, ...POINTER, ...POINTER], [1, 0x61, ...target, ...target]],
    ['MX', 15, [0, 10, ...POINTER], [0, 10, ...target]],
    ['AFSDB', 18, [0, 1, ...POINTER], [0, 1, ...target]],
    ['RT', 21, [0, 1, ...POINTER], [0, 1, ...target]],
    ['KX (RFC 2230)', 36, [0, 1, ...POINTER], [0, 1, ...target]],
    ['PX', 26, [0, 1, ...POINTER, ...POINTER], [0, 1, ...target, ...target]],
    ['SIG', 24, [...fixed(18), ...POINTER, 7, 7], [...fixed(18), ...target, 7, 7]],
    ['NXT', 30, [...POINTER, 0x62, 1], [...target, 0x62, 1]],
    ['SRV', 33, [...fixed(6), ...POINTER], [...fixed(6), ...target]],
    [
      'NAPTR',
      35,
      [0, 1, 0, 2, 1, 0x75, 0, 2, 0x21, 0x21, ...POINTER],
      [0, 1, 0, 2, 1, 0x75, 0, 2, 0x21, 0x21, ...target],
    ],
  ];
  test.each(cases)('%s', (_, type, compressed, expanded) => {
    expect(expand(type, compressed)).toEqual(Uint8Array.from(expanded));
    expect(expand(type, expanded)).toEqual(Uint8Array.from(expanded));
    expect(expand(type, [...compressed, 0])).toEqual(
      type === 24 || type === 30 ? Uint8Array.from([...expanded, 0]) : RDATA_BAD_LENGTH,
    );
    expect(expand(type, compressed.slice(0, -1))).not.toEqual(Uint8Array.from(expanded));
    expect(expand(type, [])).toBeLessThan(0);
    expect(isPlainRdata(type)).toBe(false);
  });

  test('every other type is taken as it is, also when it looks compressed (RRSIG, SVCB, unknown)', () => {
    for (const type of [10, 16, 46, 47, 64, 65, 99, 4711]) {
      expect(expand(type, POINTER)).toEqual(Uint8Array.from(POINTER));
      expect(isPlainRdata(type)).toBe(true);
    }
  });
});

test('RFC 3597 4: a sender may compress only in the types of RFC 1035', () => {
  const types = Array.from({ length: 300 }, (_, type) => type).filter((type) => compressibleNames(type) > 0);
  expect(types).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15]);
});

test('RFC 1035 3.4.1, RFC 3596 2.2: addresses have their length', () => {
  expect(expand(1, [1, 2, 3, 4])).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(expand(1, [1, 2, 3])).toBe(RDATA_BAD_LENGTH);
  expect(expand(1, [])).toBe(RDATA_BAD_LENGTH);
  expect(expand(28, new Array(16).fill(1))).toEqual(new Uint8Array(16).fill(1));
  expect(expand(28, [1, 2, 3, 4])).toBe(RDATA_BAD_LENGTH);
  expect(expand(1, [1, 2, 3], CLASS.CH)).toEqual(Uint8Array.of(1, 2, 3));
});

test('RFC 2136 2.4, 2.5: empty rdata is well-formed in class ANY and NONE', () => {
  for (const type of [1, 2, 6, 15, 28, 35]) {
    expect(expand(type, [], CLASS.ANY)).toEqual(new Uint8Array(0));
    expect(expand(type, [], CLASS.NONE)).toEqual(new Uint8Array(0));
  }
  expect(expand(1, [1], CLASS.NONE)).toBe(RDATA_BAD_LENGTH);
});

test('RFC 1035 3.2.1: rdata that expansion makes longer than 65,535 octets is refused', () => {
  const sig = (rest: number) => [...new Array(18).fill(0), ...POINTER, ...new Array(rest).fill(0)];
  expect(expand(24, sig(65_535 - 18 - target.length))).toHaveLength(65_535);
  expect(expand(24, sig(65_535 - 18 - target.length + 1))).toBe(RDATA_BAD_LENGTH);
});

test('RFC 1035 4.1.4: hostile names inside rdata are refused', () => {
  expect(expand(2, [0xc0, 2 + target.length])).toBe(NAME_BAD_POINTER);
  expect(expand(2, [0xff, 0xff])).toBe(NAME_BAD_POINTER);
  expect(expand(2, [0x40, 1, 2])).toBe(NAME_BAD_LABEL);
  expect(expand(2, [5, 1, 2])).toBe(NAME_TRUNCATED);
  expect(expand(2, [1, 0x61])).toBe(NAME_TRUNCATED);
  expect(expand(2, [0xc0])).toBe(NAME_TRUNCATED);
  const label = [63, ...new Array(63).fill(0x61)];
  expect(expand(2, [...label, ...label, ...label, ...label, 0])).toBe(NAME_TOO_LONG);
  expect(expand(2, [...label, ...label, ...label, 61, ...new Array(61).fill(0x61), 0])).toHaveLength(255);
  expect(expand(2, [...label, ...label, ...label, 62, ...new Array(62).fill(0x61), 0])).toBe(NAME_TOO_LONG);
});

test('a name does not run out of its rdata into what follows', () => {
  // The last label would need the three octets behind the rdata.
  expect(expand(15, [0, 1, 3, 9])).toBe(NAME_TRUNCATED);
  expect(expand(35, [0, 1, 0, 2, 200, 0])).toBe(RDATA_BAD_LENGTH);
});
