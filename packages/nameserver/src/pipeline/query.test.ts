import { encodeMessage, FLAG, name, TYPE } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edns, query } from '../fixtures/queries.ts';
import { Query, READ_DROP, READ_FORMERR, READ_OK } from './query.ts';

const reader = new Query();
const read = (bytes: Uint8Array) => reader.read(bytes, bytes.length);
const OPT = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

function withExtra(bytes: Uint8Array, countAt: number, ...extra: number[]): Uint8Array {
  const out = Uint8Array.from([...bytes, ...extra]);
  out[countAt]++;
  return out;
}

describe('Query.read', () => {
  it('reads header, question and OPT', () => {
    const options = [3, 9, 11, 65001].map((code) => ({ code, data: new Uint8Array(0) }));
    const bytes = query('Www.Example.', 'AAAA', {
      rd: true,
      edns: edns({ udpSize: 4000, dnssecOk: true, version: 3, options }),
    });
    expect(read(bytes)).toBe(READ_OK);
    expect(bytes.slice(12, reader.nameEnd)).toEqual(name('Www.Example.'));
    expect(reader).toMatchObject({
      id: 0x1234,
      flags: FLAG.RD,
      opcode: 0,
      type: TYPE.AAAA,
      class: 1,
      hasEdns: true,
      udpSize: 4000,
      ednsVersion: 3,
      dnssecOk: true,
      wantsNsid: true,
      wantsExpire: true,
      wantsKeepalive: true,
      hasTsig: false,
    });
    expect(read(query('a.', 'A'))).toBe(READ_OK);
    expect(reader).toMatchObject({ hasEdns: false, dnssecOk: false, wantsNsid: false, wantsExpire: false });
  });

  it('drops what is shorter than a header, and responses', () => {
    for (let length = 0; length < 12; length++) expect(read(new Uint8Array(length))).toBe(READ_DROP);
    expect(read(query('a.', 'A', { qr: true }))).toBe(READ_DROP);
  });

  it('refuses every cut of a request', () => {
    const bytes = query('www.example.', 'A', { edns: edns({ options: [{ code: 3, data: Uint8Array.of(1, 2) }] }) });
    for (let length = 12; length < bytes.length; length++) expect(read(bytes.subarray(0, length))).toBe(READ_FORMERR);
  });

  it.each<[string, Uint8Array]>([
    ['an octet behind the end', Uint8Array.from([...query('a.', 'A'), 0])],
    ['two questions', encodeMessage({ id: 1, question: [1, 2].map((type) => ({ name: name('a.'), type, class: 1 })) })],
    ['a pointer in the question', Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1)],
    ['a label of type 01', Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x41, 12, 0, 0, 1, 0, 1)],
    [
      'a name of 256 octets',
      Uint8Array.from([
        ...query('.', 'A').subarray(0, 12),
        ...new Array(5).fill([50, ...new Array(50).fill(97)]).flat(),
        0,
        0,
        1,
        0,
        1,
      ]),
    ],
    ['two OPT records (RFC 6891 6.1.1)', withExtra(query('a.', 'A', { edns: edns() }), 11, ...OPT)],
    ['OPT in the answer section (RFC 6891 6.1.1)', withExtra(query('a.', 'A'), 7, ...OPT)],
    ['OPT in the authority section', withExtra(query('a.', 'A'), 9, ...OPT)],
    ['OPT with an owner (RFC 6891 6.1.2)', withExtra(query('a.', 'A'), 11, 1, 97, ...OPT)],
    ['an option cut off', withExtra(query('a.', 'A'), 11, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 3, 0, 3, 0)],
    [
      'an option longer than the record',
      withExtra(query('a.', 'A'), 11, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, 3, 0, 1),
    ],
  ])('FORMERR: %s', (_what, bytes) => {
    expect(read(bytes)).toBe(READ_FORMERR);
    expect(reader.hasEdns).toBe(false);
  });

  it('a name of 255 octets is the longest', () => {
    const labels = [...new Array(4).fill([62, ...new Array(62).fill(97)]).flat(), 1, 97, 0];
    expect(labels.length).toBe(255);
    expect(read(Uint8Array.from([...query('.', 'A').subarray(0, 12), ...labels, 0, 1, 0, 1]))).toBe(READ_OK);
  });

  it('records in other sections do not matter, as long as they are records', () => {
    const record = { name: name('a.'), type: 99, class: 1, ttl: 0, rdata: Uint8Array.of(1, 2, 3) };
    expect(read(query('a.', 'A', { answer: [record], authority: [record], additional: [record], edns: edns() }))).toBe(
      READ_OK,
    );
    expect(reader.hasEdns).toBe(true);
  });

  it('random octets and random changes never throw', () => {
    const bytes = query('www.example.', 'A', { edns: edns({ options: [{ code: 3, data: Uint8Array.of(1, 2) }] }) });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(bytes.length - 1), fc.nat(255), (random, at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        for (const input of [random, changed]) expect([READ_OK, READ_DROP, READ_FORMERR]).toContain(read(input));
      }),
      { numRuns: 2000 },
    );
  });
});
