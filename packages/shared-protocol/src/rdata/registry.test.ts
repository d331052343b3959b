import { describe, expect, test } from 'vitest';
import { isMetaType, TYPE } from '../record/types.ts';
import { classFromText, classToText, opcodeToText, rcodeToText } from './code-names.ts';
import { namedTypes, typeFromText, typeToText } from './registry.ts';

describe('types', () => {
  test('every mnemonic gives its number, whatever its case', () => {
    for (const type of namedTypes()) {
      expect(typeFromText(typeToText(type))).toBe(type);
      expect(typeFromText(typeToText(type).toLowerCase())).toBe(type);
    }
  });

  test('the numbers rules depend on are those of the registry', () => {
    for (const [mnemonic, type] of Object.entries(TYPE)) expect(typeToText(type)).toBe(mnemonic);
  });

  test.each([
    ['TYPE1', 1],
    ['type65535', 65_535],
    ['TYPE0', 0],
    ['TYPE65536', undefined],
    ['TYPE', undefined],
    ['TYPE-1', undefined],
    ['TYPE000001', undefined],
    ['', undefined],
    ['AA', undefined],
    ['MXX', undefined],
    ['Ä', undefined],
    ['A\u0000', undefined],
  ])('RFC 3597 5: %j is %s', (text, type) => {
    expect(typeFromText(text)).toBe(type);
  });

  test('RFC 3597 5: a type without mnemonic', () => {
    expect(typeToText(65_280)).toBe('TYPE65280');
  });

  test('RFC 6895 3.1: no schema-bearing type of a zone is a meta type', () => {
    expect(namedTypes().filter(isMetaType).map(typeToText)).toEqual(
      'OPT NXNAME TKEY TSIG IXFR AXFR MAILB MAILA ANY'.split(' '),
    );
  });
});

test('classes, opcodes and response codes by name, others by number', () => {
  expect(['in', 'CH', 'CLASS1', 'CLASS65535', 'CLASS65536', 'XX'].map(classFromText)).toEqual([
    1,
    3,
    1,
    65_535,
    undefined,
    undefined,
  ]);
  expect([1, 255, 257].map(classToText)).toEqual(['IN', 'ANY', 'CLASS257']);
  expect([0, 4, 7].map(opcodeToText)).toEqual(['QUERY', 'NOTIFY', 'OPCODE7']);
  expect([3, 9, 23, 3841].map(rcodeToText)).toEqual(['NXDOMAIN', 'NOTAUTH', 'BADCOOKIE', 'RCODE3841']);
});
