import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { name } from '../name/name.ts';
import { CLASS } from './constants.ts';
import { decodeRun, encodeRun } from './run.ts';
import { readSoa, writeSoa } from './soa.ts';

const soa = {
  mname: name('ns1.example.'),
  rname: name('host\\.master.example.'),
  serial: 0xffff_ffff,
  refresh: 3600,
  retry: 600,
  expire: 0x8000_0000,
  minimum: 0,
};

describe('SOA rdata (RFC 1035 3.3.13)', () => {
  it('reads what it wrote', () => {
    const result = readSoa(writeSoa(soa));
    expect(result).toEqual({ ok: true, value: soa });
  });

  it('refuses every shortened and lengthened form', () => {
    const rdata = writeSoa(soa);
    for (let length = 0; length < rdata.length; length++) expect(readSoa(rdata.subarray(0, length)).ok).toBe(false);
    expect(readSoa(Uint8Array.from([...rdata, 0])).ok).toBe(false);
  });

  it('random octets never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => typeof readSoa(bytes).ok === 'boolean'));
  });
});

describe('record runs', () => {
  it('give back the records they were made of', () => {
    const records = [
      { name: name('example.'), type: 6, class: CLASS.IN, ttl: 0x7fff_ffff, rdata: writeSoa(soa) },
      { name: name('.'), type: 65280, class: CLASS.IN, ttl: 0, rdata: new Uint8Array(0) },
      { name: name('big.example.'), type: 16, class: CLASS.IN, ttl: 300, rdata: new Uint8Array(65535).fill(7) },
    ];
    expect([...decodeRun(encodeRun(records))]).toEqual(records);
  });
});
