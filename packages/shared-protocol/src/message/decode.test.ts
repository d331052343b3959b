import { describe, expect, test } from 'vitest';
import { name, ROOT } from '../name/name.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';

const soa = { name: name('example.test.'), type: 6, class: 1 };
const query = [...encodeMessage({ id: 0x1234, rd: true, question: [soa] })];
const OPT = [0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0];
const TSIG = [
  ...[1, 0x6b, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 26],
  ...[1, 0x61, 0, 0, 0, 0, 0, 0, 100, 1, 44, 0, 4, 1, 2, 3, 4, 0x12, 0x34, 0, 0, 0, 3, 7, 8, 9],
];

/** The query with these records behind its question. */
function withRecords(counts: [number, number, number], ...records: number[][]): Uint8Array {
  const bytes = Uint8Array.from([...query, ...records.flat()]);
  [bytes[7], bytes[9], bytes[11]] = counts;
  return bytes;
}

function codeOf(bytes: Uint8Array): string {
  const decoded = decodeMessage(bytes);
  return decoded.ok ? 'accepted' : decoded.error.code;
}

test('RFC 6891 6.1: EDNS is parsed, its upper RCODE bits joined', () => {
  const opt = [0, 0, 41, 0x10, 0, 0x01, 3, 0x80, 0, 0, 9, 0, 3, 0, 1, 0x78, 0, 10, 0, 0];
  const decoded = decodeMessage(withRecords([0, 0, 1], opt));
  expect(decoded.ok && decoded.value.edns).toEqual({
    udpSize: 4096,
    version: 3,
    dnssecOk: true,
    extendedRcode: 1,
    options: [
      { code: 3, data: Uint8Array.of(0x78) },
      { code: 10, data: new Uint8Array(0) },
    ],
  });
  expect(decoded.ok && [decoded.value.rcode, decoded.value.additional]).toEqual([16, []]);
});

test('RFC 8945 4.2: TSIG is parsed, not verified', () => {
  const decoded = decodeMessage(withRecords([0, 0, 2], OPT, TSIG));
  expect(decoded.ok && decoded.value.tsig).toEqual({
    keyName: name('k.'),
    algorithm: name('a.'),
    timeSigned: 100,
    fudge: 300,
    mac: Uint8Array.of(1, 2, 3, 4),
    originalId: 0x1234,
    error: 0,
    otherData: Uint8Array.of(7, 8, 9),
    start: query.length + OPT.length,
  });
  expect(decoded.ok && decoded.value.additional).toEqual([]);
});

describe('refused with a code of their own (answered with FORMERR)', () => {
  const A = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4];
  const cases: [string, Uint8Array, string][] = [
    ['accepted, for comparison', withRecords([1, 1, 2], A, A, A, OPT), 'accepted'],
    ['RFC 1035 4.1.1 shorter than its header', new Uint8Array(11), 'message-too-short'],
    ['trailing octets', withRecords([0, 0, 0], [0]), 'message-trailing-bytes'],
    ['trailing octets behind OPT', withRecords([0, 0, 1], OPT, OPT), 'message-trailing-bytes'],
    ['counts too high', withRecords([0, 0, 1]), 'message-truncated'],
    ['RFC 6891 6.1.1 two OPT', withRecords([0, 0, 2], OPT, OPT), 'opt-twice'],
    ['RFC 6891 6.1.1 OPT in answer', withRecords([1, 0, 0], OPT), 'opt-misplaced'],
    ['RFC 6891 6.1.1 OPT in authority', withRecords([0, 1, 0], OPT), 'opt-misplaced'],
    [
      'RFC 6891 6.1.2 OPT whose owner is not the root',
      withRecords([0, 0, 1], [0xc0, 12, ...OPT.slice(1)]),
      'opt-owner',
    ],
    [
      'RFC 6891 6.1.2 option longer than OPT',
      withRecords([0, 0, 1], [...OPT.slice(0, 10), 5, 0, 3, 0, 2, 1]),
      'opt-malformed',
    ],
    ['RFC 6891 6.1.2 half an option header', withRecords([0, 0, 1], [...OPT.slice(0, 10), 2, 0, 3]), 'opt-malformed'],
    ['RFC 8945 5.1 TSIG before OPT', withRecords([0, 0, 2], TSIG, OPT), 'tsig-misplaced'],
    ['RFC 8945 5.1 two TSIG', withRecords([0, 0, 2], TSIG, TSIG), 'tsig-misplaced'],
    ['RFC 8945 5.1 TSIG in answer', withRecords([1, 0, 0], TSIG), 'tsig-misplaced'],
    ['RFC 8945 5.1 TSIG in authority', withRecords([0, 1, 0], TSIG), 'tsig-misplaced'],
    ['RFC 8945 4.2 TSIG of class IN', withRecords([0, 0, 1], TSIG.with(6, 1).with(5, 0)), 'tsig-class'],
    ['RFC 8945 4.2 MAC longer than the record', withRecords([0, 0, 1], TSIG.with(25, 40)), 'tsig-malformed'],
    ['RFC 8945 4.2 other data longer than the record', withRecords([0, 0, 1], TSIG.with(35, 4)), 'tsig-malformed'],
    ['RFC 8945 4.2 other data shorter than the record', withRecords([0, 0, 1], TSIG.with(35, 2)), 'tsig-malformed'],
  ];
  test.each(cases)('%s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });
});

test('everything is a copy, also of a Buffer, whose slice() would share memory: the bytes may be used again', () => {
  const edns = { udpSize: 512, version: 0, dnssecOk: false, extendedRcode: 0, options: [{ code: 3, data: ROOT }] };
  const question = [{ name: name('a.test.'), type: 2, class: 1 }];
  const answer = [
    { name: name('a.test.'), type: 2, class: 1, ttl: 1, rdata: ROOT },
    { name: name('a.test.'), type: 16, class: 1, ttl: 1, rdata: ROOT },
  ];
  const bytes = Buffer.from(encodeMessage({ id: 1, question, answer, edns }));
  bytes[11]++;
  const signed = Buffer.concat([bytes, Buffer.from(TSIG)]);
  const decoded = decodeMessage(signed);
  signed.fill(0xff);
  if (!decoded.ok) throw new Error(decoded.error.message);
  expect(decoded.value).toMatchObject({ question, answer, edns, tsig: { mac: Uint8Array.of(1, 2, 3, 4) } });
});
