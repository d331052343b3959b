import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EDE } from '../record/constants.ts';
import { optRdata, optTtl, readOpt } from './opt.ts';
import {
  expireOption,
  extendedErrorOption,
  findOption,
  nsidOption,
  readExpire,
  readExtendedErrors,
  readNsid,
  readZoneVersion,
  zoneVersionOption,
} from './options.ts';

function edns(...options: { code: number; data: Uint8Array }[]) {
  return { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options };
}

test('RFC 6891 6.1.3: the TTL of OPT holds extended RCODE, version and DO', () => {
  expect(optTtl(0xfff, 0, true)).toBe(0xff00_8000);
  expect(optTtl(16, 1, false)).toBe(0x0101_0000);
  const read = readOpt(512, 0x0102_8000, new Uint8Array(0));
  expect(read.ok && read.value).toEqual({ udpSize: 512, extendedRcode: 1, version: 2, dnssecOk: true, options: [] });
});

test('RFC 6891 6.1.2: options written are the options read; any cut is refused or shorter', () => {
  const option = fc.record({ code: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 20 }) });
  fc.assert(
    fc.property(fc.array(option, { maxLength: 5 }), fc.nat(200), (options, cut) => {
      const rdata = optRdata(options);
      const read = readOpt(1232, 0, rdata);
      expect(read.ok && read.value.options).toEqual(options);
      const part = readOpt(1232, 0, rdata, 0, Math.min(cut, rdata.length));
      if (part.ok) expect(options.slice(0, part.value.options.length)).toEqual(part.value.options);
      else expect(part.error.code).toBe('opt-malformed');
    }),
  );
});

test('RFC 5001: NSID asks with nothing and answers with the identity', () => {
  expect(nsidOption()).toEqual({ code: 3, data: new Uint8Array(0) });
  expect(nsidOption('fra1')).toEqual({ code: 3, data: Uint8Array.from(Buffer.from('fra1')) });
});

describe('RFC 7314: EXPIRE', () => {
  test('asks with nothing and answers with four octets of seconds', () => {
    expect(expireOption()).toEqual({ code: 9, data: new Uint8Array(0) });
    expect(expireOption(0x01020304)).toEqual({ code: 9, data: Uint8Array.of(1, 2, 3, 4) });
  });
  test('is never negative, never more than 32 bits, never a fraction', () => {
    for (const [seconds, read] of [
      [-5, 0],
      [1.9, 1],
      [2 ** 40, 0xffff_ffff],
    ])
      expect(readExpire(edns(expireOption(seconds)))).toBe(read);
  });
  test('is absent when there is none, or only the question, or another length', () => {
    expect(readExpire(undefined)).toBeUndefined();
    expect(readExpire(edns())).toBeUndefined();
    expect(readExpire(edns(expireOption()))).toBeUndefined();
    expect(readExpire(edns({ code: 9, data: new Uint8Array(5) }))).toBeUndefined();
  });
});

describe('RFC 5001: NSID as people read it', () => {
  const nsid = (...octets: number[]) => readNsid(edns({ code: 3, data: Uint8Array.from(octets) }));
  test('text where it is printable, else hex', () => {
    expect(readNsid(edns(nsidOption('fra1.example')))).toBe('fra1.example');
    expect(nsid(0x1b, 0x5b, 0x32, 0x4a)).toBe('0x1b5b324a');
    expect(nsid(0xc3, 0xa4)).toBe('0xc3a4');
  });
  test('none, or an empty one', () => {
    expect(readNsid(undefined)).toBeUndefined();
    expect(readNsid(edns(nsidOption()))).toBeUndefined();
  });
  test('never longer than a line', () => {
    expect(nsid(...new Array(65_000).fill(0x61))).toBe(`${'a'.repeat(64)}…`);
    expect(nsid(...new Array(65_000).fill(0))).toBe(`0x${'00'.repeat(64)}…`);
  });
});

describe('RFC 9660 2: ZONEVERSION', () => {
  const option = (...octets: number[]) => ({ code: 19, data: Uint8Array.from(octets) });
  test('the serial, for the zone asked about only', () => {
    const both = edns(option(1, 0, 0, 0, 0, 9), option(2, 0, 255, 0, 0, 1));
    expect(readZoneVersion(both, 2)).toBe(0xff00_0001);
    expect(readZoneVersion(both, 1)).toBe(9);
    expect(readZoneVersion(both, 3)).toBeUndefined();
  });
  test('other types, other lengths, the question, none: nothing', () => {
    for (const one of [
      option(2, 1, 0, 0, 0, 1),
      option(2, 0, 0, 0, 1),
      option(2, 0, 0, 0, 0, 1, 0),
      zoneVersionOption(),
    ])
      expect(readZoneVersion(edns(one), 2)).toBeUndefined();
    expect(readZoneVersion(undefined, 2)).toBeUndefined();
  });
});

describe('RFC 8914: extended errors', () => {
  test('code and text, several, in order', () => {
    const first = extendedErrorOption(EDE.NOT_READY, 'zone expired');
    const all = edns(first, nsidOption('x'), extendedErrorOption(EDE.OTHER));
    expect(readExtendedErrors(all)).toEqual([
      { infoCode: 14, extra: 'zone expired' },
      { infoCode: 0, extra: '' },
    ]);
    expect(findOption(all, 15)).toBe(first);
  });
  test('options too short are left out', () => {
    expect(readExtendedErrors(edns({ code: 15, data: new Uint8Array(1) }))).toEqual([]);
    expect(readExtendedErrors(undefined)).toEqual([]);
  });
});
