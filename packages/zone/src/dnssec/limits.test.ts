import { generateKeyPairSync } from 'node:crypto';
import { CLASS, name, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { makeKey, NOW, reallySigned, signature, type TestKey, TIMES } from '../fixtures/real-signatures.ts';
import type { Signing } from '../fixtures/signed-zone.ts';
import { zoneOf } from '../fixtures/zone-text.ts';
import { MAX_NSEC3_ITERATIONS } from '../lookup/denial/chain.ts';
import { RSA_BITS, RSA_MAX_EXPONENT } from './algorithms.ts';
import { MAX_TRIED } from './signatures.ts';
import { validateDnssec } from './validate.ts';
import { MAX_KEYS } from './zone-keys.ts';

/** What a zone made to cost time gets: a bound, and a finding that says so. */
const NSEC: Signing = { denial: 'nsec' };
const TEXT = '@ NS ns\nns A 192.0.2.1';
const key = makeKey();
const zone = reallySigned(TEXT, NSEC, [key]);
const owner = name('ns.example.');

function validate(all: readonly ResourceRecord[]) {
  const verdict = validateDnssec(zoneOf(all), { now: NOW });
  return { ...verdict, codes: verdict.findings.map(({ severity, code }) => `${severity} ${code}`) };
}

/** RRSIGs by `key` over the A record that do not fit, each another, all before a good one in the order they are kept. */
function wrongSignatures(count: number): ResourceRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const wrong = signature(owner, TYPE.A, zone, key, { ...TIMES, inception: TIMES.inception - count + i });
    wrong.rdata[wrong.rdata.length - 1] ^= 1;
    return wrong;
  });
}

function dnskey(algorithm: number, octets: Uint8Array, flags = 256): ResourceRecord {
  const rdata = Uint8Array.from([flags >> 8, flags & 255, 3, algorithm, ...octets]);
  return { name: name('example.'), type: TYPE.DNSKEY, class: CLASS.IN, ttl: 300, rdata };
}

describe('signatures tried for one RRset (CVE-2023-50387)', () => {
  it(`${MAX_TRIED} pairs of RRSIG and key, the last of them good`, () => {
    const verdict = validate([...zone, ...wrongSignatures(MAX_TRIED - 1)]);
    expect(verdict).toMatchObject({ result: 'valid', codes: [] });
  });

  it('one more: not valid, however good the next would be, and no more was computed', () => {
    const verdict = validate([...zone, ...wrongSignatures(MAX_TRIED)]);
    expect(verdict.codes).toEqual(['error signatures-too-many']);
    expect(verdict.signatures).toBe(validate(zone).signatures - 1 + MAX_TRIED);
    expect(validate([...zone, ...wrongSignatures(500)]).signatures).toBe(verdict.signatures);
  });

  it('keys of one tag count each (RFC 4034 B)', () => {
    const [real, twins] = twinKeys(MAX_TRIED);
    const signed = (count: number) =>
      validate(reallySigned(TEXT, NSEC, [real, ...twins.slice(0, count)]).filter(unique()));
    const rrsets = signed(0).signatures;
    expect(signed(MAX_TRIED - 1)).toMatchObject({ result: 'valid', codes: [], signatures: rrsets * MAX_TRIED });
    const tooMany = signed(MAX_TRIED);
    expect(tooMany).toMatchObject({ result: 'invalid', signatures: rrsets * MAX_TRIED });
    expect(tooMany.codes).toEqual(Array.from({ length: rrsets }, () => 'error signatures-too-many'));
  });
});

/** A key, and others of the same tag that come before it in the DNSKEY RRset. */
function twinKeys(count: number): [TestKey, TestKey[]] {
  for (;;) {
    const real = makeKey(15);
    const octets = real.record.rdata.slice(4);
    // The tag is a sum of pairs of octets: two pairs exchanged give another key of the same tag. Any 32 octets are such a key.
    const twins = Array.from({ length: 15 }, (_, i) => {
      const twin = octets.slice();
      twin.copyWithin(0, 2 * i + 2, 2 * i + 4);
      twin.set(octets.subarray(0, 2), 2 * i + 2);
      return { ...real, record: dnskey(15, twin, 257) };
    });
    const before = twins.filter(({ record }) => Buffer.compare(record.rdata, real.record.rdata) < 0);
    if (before.length >= count) return [real, before.slice(0, count)];
  }
}

/** Signatures that are the same come from one key with several records. */
function unique(): (record: ResourceRecord) => boolean {
  const seen = new Set<string>();
  return ({ name: of, type, rdata }) => {
    const text = `${of} ${type} ${rdata}`;
    return !seen.has(text) && seen.add(text) !== undefined;
  };
}

describe('keys', () => {
  const more = (count: number) => Array.from({ length: count }, () => makeKey(13, 256));

  it(`${MAX_KEYS} are looked at, not one more`, () => {
    const keys = more(MAX_KEYS - 1);
    const signed = reallySigned(TEXT, NSEC, [key, ...keys]).filter(
      ({ type, rdata }) => type !== TYPE.RRSIG || ((rdata[16] << 8) | rdata[17]) === key.tag,
    );
    expect(validate(signed)).toMatchObject({ result: 'valid', codes: [] });
    const verdict = validate([...signed, makeKey(13, 256).record]);
    expect(verdict).toMatchObject({ result: 'invalid', codes: ['error keys-too-many'], signatures: 0 });
  });

  const jwkOf = (modulusLength: number, publicExponent: number) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
  const octets = (text: unknown) => Buffer.from(text as string, 'base64url');
  const { n, e } = jwkOf(1024, 65_537);
  const rsa = (exponent: Uint8Array, modulus: Uint8Array) =>
    dnskey(8, Buffer.concat([[exponent.length], exponent, modulus].map((part) => Buffer.from(part))));
  const long = Uint8Array.from({ length: RSA_MAX_EXPONENT + 1 }, () => 0xff);

  it.each<[string, ResourceRecord, string]>([
    [
      `RSA with a modulus of ${RSA_BITS.most + 8} bits`,
      rsa(octets(e), new Uint8Array(RSA_BITS.most / 8 + 1).fill(0xff)),
      'warning key-size',
    ],
    [
      `RSA with one below ${RSA_BITS.least} bits`,
      rsa(octets(e), new Uint8Array(RSA_BITS.least / 8 - 1).fill(0xff)),
      'warning key-size',
    ],
    [`RSA with an exponent of ${long.length} octets`, rsa(long, octets(n)), 'warning key-size'],
    ['RSA without modulus', rsa(octets(e), new Uint8Array(0)), 'warning key-malformed'],
    ['RSA that ends within its length', dnskey(8, Uint8Array.of(0, 1)), 'warning key-malformed'],
    ['RSA of no octets', dnskey(8, new Uint8Array(0)), 'warning key-malformed'],
    ['P-256, a point too short', dnskey(13, new Uint8Array(63).fill(1)), 'warning key-malformed'],
    ['P-256, not on the curve', dnskey(13, new Uint8Array(64).fill(1)), 'warning key-malformed'],
    ['ED25519 too long', dnskey(15, new Uint8Array(33).fill(1)), 'warning key-malformed'],
    ['an algorithm nobody knows', dnskey(200, new Uint8Array(33).fill(1)), 'warning key-unsupported'],
    ['four octets', { ...dnskey(8, new Uint8Array(0)), rdata: Uint8Array.of(1, 0, 3, 8) }, 'warning key-malformed'],
  ])('%s: passed over, and told', (_what, odd, expected) => {
    const signed = reallySigned(TEXT, NSEC, [key, { ...key, record: odd, sign: key.sign }]);
    expect(validate(signed)).toMatchObject({ result: 'valid', codes: [expected] });
  });

  it('the largest and the smallest RSA key, and the longest exponent, are keys', () => {
    // A key that counts, and has signed nothing.
    const usable = ['warning algorithm-missing'];
    for (const bits of [RSA_BITS.least, RSA_BITS.most]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 65_537 });
      const jwk = publicKey.export({ format: 'jwk' });
      const odd = rsa(octets(jwk.e), octets(jwk.n));
      expect(validate(reallySigned(TEXT, NSEC, [key, { ...key, record: odd }])).codes).toEqual(usable);
    }
    const exponent = rsa(long.subarray(1), octets(n));
    expect(validate(reallySigned(TEXT, NSEC, [key, { ...key, record: exponent }])).codes).toEqual(usable);
  });
});

describe('iterations (CVE-2023-50868)', () => {
  it(`more than ${MAX_NSEC3_ITERATIONS} are not computed (RFC 9276 3.2)`, () => {
    const at = (iterations: number) => validate(reallySigned(TEXT, { denial: 'nsec3', iterations }, [key])).codes;
    expect(at(MAX_NSEC3_ITERATIONS)).toEqual([]);
    expect(at(MAX_NSEC3_ITERATIONS + 1)).toEqual(['error nsec3-iterations']);
    expect(at(65_535)).toEqual(['error nsec3-iterations']);
  });
});
