import { expect, test } from 'vitest';
import type { Edns } from '../edns/opt.ts';
import { name } from '../name/name.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { isTruncated } from './header.ts';

const question = [{ name: name('example.test.'), type: 16, class: 1 }];
const edns: Edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] };

function txt(length: number) {
  return { name: name('example.test.'), type: 16, class: 1, ttl: 1, rdata: new Uint8Array(length) };
}

test('RFC 2181 9: answer or authority records that do not fit set TC, additional ones do not', () => {
  const records = [txt(100), txt(100), txt(100)];
  for (const [section, tc] of [
    ['answer', true],
    ['authority', true],
    ['additional', false],
  ] as const) {
    const bytes = encodeMessage({ id: 1, qr: true, question, edns, [section]: records }, { maxSize: 300 });
    expect(bytes.length).toBeLessThanOrEqual(300);
    expect(isTruncated(bytes)).toBe(tc);
    const decoded = decodeMessage(bytes);
    expect(decoded.ok && [decoded.value[section].length, decoded.value.edns]).toEqual([2, edns]);
  }
});

test('a message exactly as large as allowed is whole', () => {
  const draft = { id: 1, qr: true, question, edns, answer: [txt(100)] };
  const whole = encodeMessage(draft);
  expect(encodeMessage(draft, { maxSize: whole.length })).toEqual(whole);
  expect(isTruncated(encodeMessage(draft, { maxSize: whole.length - 1 }))).toBe(true);
});

test('no room for question or OPT, a broken name, an RCODE that cannot be carried: errors of the caller', () => {
  expect(() => encodeMessage({ id: 1, question }, { maxSize: 20 })).toThrow('does not fit');
  expect(() => encodeMessage({ id: 1, question, edns }, { maxSize: 31 })).toThrow('does not fit');
  expect(() => encodeMessage({ id: 1, answer: [{ ...txt(1), name: new Uint8Array(0) }] })).toThrow('no wire name');
  expect(() => encodeMessage({ id: 1, question: [{ ...question[0], name: Uint8Array.of(5) }] })).toThrow(
    'no wire name',
  );
  expect(() => encodeMessage({ id: 1, rcode: 16 })).toThrow('OPT');
});

test('RFC 6891 6.1.3: BADVERS is split between header and OPT', () => {
  const decoded = decodeMessage(encodeMessage({ id: 1, qr: true, rcode: 16, edns }));
  expect(decoded.ok && [decoded.value.rcode, decoded.value.edns?.extendedRcode]).toEqual([16, 1]);
});
