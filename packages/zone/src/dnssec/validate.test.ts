import { nameToText, type ResourceRecord, TYPE, typeToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import {
  ALGORITHMS,
  changed,
  makeKey,
  NOW,
  reallySigned,
  signature,
  TIMES,
  withSignatures,
} from '../fixtures/real-signatures.ts';
import type { Signing } from '../fixtures/signed-zone.ts';
import { records, soa, zoneOf } from '../fixtures/zone-text.ts';
import { type DnssecOptions, MAX_DNSSEC_FINDINGS, validateDnssec } from './validate.ts';

const TEXT = `
  @        NS    ns
  @        MX    10 Mail
  ns       A     192.0.2.1
  Mail     A     192.0.2.2
  Mail     AAAA  2001:db8::2
  *.wild   TXT   "any"
  a.b.ent  TXT   "deep"
  two      NS    b.elsewhere.
  two      NS    A.elsewhere.
  cut      NS    ns.cut
  cut      DS    1 13 2 ${'AB'.repeat(32)}
  ns.cut   A     192.0.2.3
  old      DNAME new
`;
const NSEC: Signing = { denial: 'nsec' };
const NSEC3: Signing = { denial: 'nsec3', iterations: 2, salt: 'beef' };
const OPT_OUT: Signing = { denial: 'nsec3', optOut: true };
const key = makeKey();
const zone = reallySigned(TEXT, NSEC, [key]);

/** Findings as `error signature-wrong www.example. A`. */
function validate(all: readonly ResourceRecord[], options: Partial<DnssecOptions> = {}) {
  const verdict = validateDnssec(zoneOf(all), { now: NOW, ...options });
  const shown = verdict.findings.map(
    ({ severity, code, name, type }) =>
      `${severity} ${code} ${nameToText(name)}${type === undefined ? '' : ` ${typeToText(type)}`}`,
  );
  return { ...verdict, shown };
}

function without(all: readonly ResourceRecord[], owner: string, type: number, covered = 0): ResourceRecord[] {
  const kept = all.filter(
    (record) =>
      record.type !== type ||
      nameToText(record.name).toLowerCase() !== owner ||
      (covered !== 0 && ((record.rdata[0] << 8) | record.rdata[1]) !== covered),
  );
  expect(kept.length).toBeLessThan(all.length);
  return kept;
}

describe('a zone that is signed', () => {
  it.each([
    ['NSEC', NSEC],
    ['NSEC3 with salt and iterations', NSEC3],
    ['NSEC3 with opt-out', OPT_OUT],
  ])('%s: valid, every RRset looked at', (_what, how) => {
    const verdict = validate(reallySigned(TEXT, how, [key]));
    expect(verdict).toMatchObject({
      result: 'valid',
      shown: [],
      reused: 0,
      signaturesExpireAt: TIMES.expiration * 1000,
    });
    expect(verdict.signatures).toBe(reallySigned(TEXT, how, [key]).filter(({ type }) => type === TYPE.RRSIG).length);
  });

  it.each(ALGORITHMS)('algorithm %i (RFC 8624 3.1)', (algorithm) => {
    const signed = reallySigned('@ NS ns\nns A 192.0.2.1', NSEC, [makeKey(algorithm)]);
    expect(validate(signed)).toMatchObject({ result: 'valid', shown: [] });
    expect(validate(changed(signed, 'ns.example.', TYPE.A, '192.0.2.9')).shown).toEqual([
      'error signature-wrong ns.example. A',
    ]);
  });

  it('keys for keys and keys for data, and one that waits (RFC 6781 4.1.1)', () => {
    const [ksk, zsk, next] = [makeKey(), makeKey(13, 256), makeKey(13, 256)];
    const all = reallySigned(TEXT, NSEC, [ksk, zsk, next]);
    const over = (record: ResourceRecord) => (record.rdata[0] << 8) | record.rdata[1];
    const tag = (record: ResourceRecord) => (record.rdata[16] << 8) | record.rdata[17];
    const kept = all.filter(
      (record) => record.type !== TYPE.RRSIG || tag(record) === (over(record) === TYPE.DNSKEY ? ksk : zsk).tag,
    );
    expect(validate(kept)).toMatchObject({ result: 'valid', shown: [] });
  });

  it('keys of two algorithms: signatures of one are enough, that the other is missing is told once (RFC 4035 2.2, RFC 6840 5.11)', () => {
    const second = makeKey(15);
    const both = reallySigned(TEXT, NSEC, [key, second]);
    expect(validate(both).shown).toEqual([]);
    const lacking = both.filter((record) => record.type !== TYPE.RRSIG || record.rdata[2] === 13);
    expect(validate(lacking)).toMatchObject({
      result: 'valid',
      shown: ['warning algorithm-missing example. NS'],
      vouches: true,
    });
    // One RRset is enough to be told of.
    const one = both.filter(
      (record) => record.type !== TYPE.RRSIG || record.rdata[2] === 13 || record.rdata[1] !== TYPE.MX,
    );
    expect(validate(one)).toMatchObject({ result: 'valid', shown: ['warning algorithm-missing example. MX'] });
  });

  it('is signed over names in lower case and records once, whatever case they came in (RFC 4034 6.2, 6.3)', () => {
    const upper = zone.map((record) =>
      record.type === TYPE.MX
        ? { ...record, rdata: Uint8Array.from(Buffer.from('000a046d41494c074578616d706c6500', 'hex')) }
        : record,
    );
    expect(validate(upper).shown).toEqual([]);
    expect(validate([...zone, ...records('two NS B.elsewhere.')]).shown).toEqual([]);
  });

  it('not signed at all', () => {
    expect(validate([soa(1), ...records('@ NS ns')])).toMatchObject({
      result: 'unsigned',
      shown: ['error zone-not-signed example.'],
    });
  });
});

describe('signatures', () => {
  const noRrsigs = (owner: string, covered: number) => without(zone, owner, TYPE.RRSIG, covered);
  const other = makeKey();
  const resigned = (by: typeof key, times = TIMES, signer = 'example.') => [
    ...noRrsigs('ns.example.', TYPE.A),
    signature(records('ns A 192.0.2.1')[0].name, TYPE.A, zone, by, times, signer),
  ];

  it.each<[string, ResourceRecord[], string]>([
    ['none (RFC 4035 2.2)', noRrsigs('ns.example.', TYPE.A), 'error signature-missing ns.example. A'],
    [
      'none over the DS of a delegation (RFC 4035 2.4)',
      noRrsigs('cut.example.', TYPE.DS),
      'error signature-missing cut.example. DS',
    ],
    [
      'none over an NSEC (RFC 4035 2.3)',
      noRrsigs('ns.example.', TYPE.NSEC),
      'error signature-missing ns.example. NSEC',
    ],
    ['data changed', changed(zone, 'ns.example.', TYPE.A, '192.0.2.9'), 'error signature-wrong ns.example. A'],
    ['a record added', [...zone, ...records('ns A 192.0.2.9')], 'error signature-wrong ns.example. A'],
    ['by a key that is not there', resigned(other), 'error signature-without-key ns.example. A'],
    ['by another zone (RFC 4035 5.3.1)', resigned(key, TIMES, 'other.'), 'error signature-signer ns.example. A'],
    ['expired', resigned(key, { ...TIMES, expiration: NOW / 1000 - 1 }), 'error signature-expired ns.example. A'],
    [
      'from tomorrow on',
      resigned(key, { ...TIMES, inception: NOW / 1000 + 1 }),
      'error signature-not-yet-valid ns.example. A',
    ],
  ])('%s', (_what, all, expected) => {
    expect(validate(all)).toMatchObject({ result: 'invalid', shown: [expected] });
  });

  it('to the second, modulo 2^32 (RFC 4034 3.1.5)', () => {
    expect(validate(resigned(key, { ...TIMES, expiration: NOW / 1000 })).shown).toEqual([]);
    expect(validate(resigned(key, { ...TIMES, inception: NOW / 1000 })).shown).toEqual([]);
    const wrapped = { inception: (2 ** 32 - 10) >>> 0, expiration: 1000 };
    const all = withSignatures(zone, [key], wrapped);
    expect(validate(all, { now: 2 ** 32 * 1000 }).shown).toEqual([]);
    expect(validate(all, { now: (2 ** 32 + 1001) * 1000 }).result).toBe('invalid');
  });

  it('one good one is enough, beside an expired and a wrong one (RFC 4035 5.3.3)', () => {
    const expired = signature(records('ns A 192.0.2.1')[0].name, TYPE.A, zone, key, { ...TIMES, expiration: 1 });
    const wrong = signature(records('ns A 192.0.2.1')[0].name, TYPE.A, [...records('ns A 192.0.2.8')], key);
    expect(validate([...zone, expired, wrong]).shown).toEqual([]);
  });

  it('a signature for fewer labels is one of a wildcard, and not over this owner (RFC 4035 5.3.1)', () => {
    const wildcard = signature(records('*.wild TXT "any"')[0].name, TYPE.TXT, zone, key);
    const all = [
      ...without(zone, 'a.b.ent.example.', TYPE.RRSIG, TYPE.TXT),
      { ...wildcard, name: records('a.b.ent TXT x')[0].name },
    ];
    expect(validate(all).shown).toEqual(['error signature-labels a.b.ent.example. TXT']);
  });

  it('over what is not this zone’s to sign: a warning, nobody who validates minds (RFC 4035 2.2)', () => {
    const glue = signature(records('ns.cut A 192.0.2.3')[0].name, TYPE.A, zone, key);
    const servers = signature(records('cut NS ns.cut')[0].name, TYPE.NS, zone, key);
    const nothing = signature(records('ns A 192.0.2.3')[0].name, TYPE.TXT, zone, key);
    expect(validate([...zone, glue, servers, nothing])).toMatchObject({
      result: 'valid',
      shown: [
        'warning signature-unexpected cut.example. NS',
        'warning signature-unexpected ns.cut.example. A',
        'warning signature-without-data ns.example. TXT',
      ],
    });
  });

  it('the reason names key, algorithm and time', () => {
    const [finding] = validate(resigned(key, { ...TIMES, expiration: NOW / 1000 - 1 })).findings;
    expect(finding.message).toBe(
      `its RRSIG by key ${key.tag} of algorithm 13 (ECDSAP256SHA256) expired at 2026-11-21T11:59:59Z: sign the zone again`,
    );
  });

  it(`after ${MAX_DNSSEC_FINDINGS} errors a zone is not looked at any further`, () => {
    const many = Array.from({ length: 150 }, (_, i) => `h${i} A 192.0.2.1`).join('\n');
    const signed = reallySigned(`@ NS ns.elsewhere.\n${many}`, NSEC, [key]).filter(
      (record) => record.type !== TYPE.RRSIG || record.rdata[1] !== TYPE.A,
    );
    expect(validate(signed).shown).toHaveLength(MAX_DNSSEC_FINDINGS);
  });
});
