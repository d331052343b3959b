import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { name, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { dsOf, dsToEnter, type KeySet, secureEntry } from './secure-entry.ts';

const ZONE = name('Example.test.');
const OWNER = name('example.test.');
const NOW = 1_800_000_000;

function makeKey(flags: number) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([x!, y!].map((part) => Buffer.from(part, 'base64url')));
  return { privateKey, rdata: Uint8Array.from([flags >>> 8, flags & 0xff, 3, 13, ...point]) };
}

type Key = ReturnType<typeof makeKey>;

/** The set of the keys, signed by one of them (RFC 4034 3.1.8.1). */
function signedSet(keys: readonly Key[], by: Key, from = NOW - 100, until = NOW + 100): KeySet {
  const head = Buffer.alloc(18);
  head.writeUInt16BE(TYPE.DNSKEY, 0);
  head.set([13, 2], 2);
  head.writeUInt32BE(300, 4);
  head.writeUInt32BE(until, 8);
  head.writeUInt32BE(from, 12);
  head.set(dsOf(OWNER, by.rdata).subarray(0, 2), 16);
  const signedHead = Buffer.concat([head, OWNER]);
  const fixed = Buffer.from([0, TYPE.DNSKEY, 0, 1, 0, 0, 300 >>> 8, 300 & 0xff, 0, by.rdata.length]);
  const sorted = keys.map(({ rdata }) => rdata).sort(Buffer.compare);
  const data = Buffer.concat([signedHead, ...sorted.flatMap((rdata) => [OWNER, fixed, rdata])]);
  const signature = sign('sha256', data, { key: by.privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    keys: keys.map(({ rdata }) => rdata),
    signatures: [Uint8Array.from(Buffer.concat([signedHead, signature]))],
  };
}

const ksk = makeKey(257);
const zsk = makeKey(256);
const set = signedSet([ksk, zsk], ksk);

function dsBy(hash: string, type: number, key = ksk): Uint8Array {
  const digest = createHash(hash).update(OWNER).update(key.rdata).digest();
  return Uint8Array.from([...dsOf(OWNER, key.rdata).subarray(0, 3), type, ...digest]);
}

describe('DS against DNSKEY', () => {
  it.each([
    ['SHA-1 (RFC 4034 5.1.4)', 'sha1', 1],
    ['SHA-256 (RFC 4509 2.1)', 'sha256', 2],
    ['SHA-384 (RFC 6605 2)', 'sha384', 4],
  ])('a digest of %s, whatever the case of the owner', (_, hash, type) => {
    const ds = dsBy(hash, type);
    expect(secureEntry(ZONE, set, [ds], NOW)).toEqual({
      matching: [ds],
      orphans: [],
      unsupported: [],
      fault: undefined,
    });
  });

  it('another key, another digest type, another algorithm', () => {
    const strange = makeKey(257);
    const orphan = dsBy('sha256', 2, strange);
    const gost = dsBy('sha256', 3);
    const entry = secureEntry(ZONE, set, [orphan, gost, new Uint8Array(3)], NOW);
    expect(entry).toEqual({
      matching: [],
      orphans: [orphan],
      unsupported: [gost, new Uint8Array(3)],
      fault: undefined,
    });
  });

  it('a revoked key stands for nothing (RFC 5011 2.1)', () => {
    const revoked = makeKey(257 | 0x80);
    const ds = dsBy('sha256', 2, revoked);
    expect(secureEntry(ZONE, signedSet([revoked], revoked), [ds], NOW).orphans).toEqual([ds]);
  });
});

describe('the RRSIG over the keys (RFC 4035 5.3.1)', () => {
  const fault = (keys: KeySet, now = NOW) => secureEntry(ZONE, keys, [dsBy('sha256', 2)], now).fault;

  it('is by the key that the DS stands for', () => {
    expect(fault(set)).toBeUndefined();
    expect(fault(signedSet([ksk, zsk], zsk))).toContain('no RRSIG');
  });

  it('is within its times', () => {
    expect(fault(set, NOW + 101)).toContain('expired');
    expect(fault(set, NOW - 101)).toContain('valid only from');
  });

  it('is over these very keys', () => {
    expect(fault({ ...set, keys: [...set.keys, makeKey(256).rdata] })).toContain('does not fit');
  });

  it('malformed ones are passed over', () => {
    expect(fault({ ...set, signatures: [new Uint8Array(4), new Uint8Array(40), ...set.signatures] })).toBeUndefined();
  });

  it('no more than eight are tried (CVE-2023-50387)', () => {
    const wrong = set.signatures[0].slice();
    wrong[wrong.length - 1] ^= 1;
    const many = { ...set, signatures: [...Array.from({ length: 8 }, () => wrong), set.signatures[0]] };
    expect(fault(many)).toContain('more are not tried');
  });
});

describe('the DS to enter', () => {
  it('SHA-256 of each secure entry point that signs', () => {
    expect(dsToEnter(ZONE, set, NOW)).toEqual([dsBy('sha256', 2)]);
    expect(dsToEnter(ZONE, signedSet([zsk], zsk), NOW)).toEqual([dsBy('sha256', 2, zsk)]);
    expect(dsToEnter(ZONE, { keys: set.keys, signatures: [] }, NOW)).toEqual([]);
  });
});
