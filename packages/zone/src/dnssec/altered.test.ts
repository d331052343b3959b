import { canonicalRdata, nameToText, type ResourceRecord, TYPE, unwrap } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from '../diff/apply.ts';
import { ZoneDiff } from '../diff/zone-diff.ts';
import { makeKey, NOW, reallySigned, signature, withSignatures } from '../fixtures/real-signatures.ts';
import type { Signing } from '../fixtures/signed-zone.ts';
import { records, soa, zoneOf } from '../fixtures/zone-text.ts';
import { verifyZonemd } from '../zonemd/zonemd.ts';
import { validateDnssec } from './validate.ts';

const TEXT = `
  @         NS    ns
  @         MX    10 Mail
  ns        A     192.0.2.1
  *.wild    TXT   "any"
  a.b.ent   SRV   1 2 3 Host.sub
  cut       NS    ns.cut
  cut       DS    1 13 2 ${'AB'.repeat(32)}
  ns.cut    A     192.0.2.3
  x.plain   NS    ns.cut
`;
const RUNS = Number(process.env.FC_RUNS ?? 150);
const key = makeKey();

function verdictOf(all: readonly ResourceRecord[], checked?: readonly ResourceRecord[]) {
  return validateDnssec(zoneOf(all), { now: NOW, checked: checked && zoneOf(checked) });
}

/** NS of delegations, and glue. */
function isUnsigned({ name, type }: ResourceRecord): boolean {
  const owner = nameToText(name).toLowerCase();
  return owner === 'ns.cut.example.' || (type === TYPE.NS && owner !== 'example.');
}

describe.each<[string, Signing]>([
  ['NSEC', { denial: 'nsec' }],
  ['NSEC3', { denial: 'nsec3', salt: '0102', iterations: 1 }],
  ['NSEC3 with opt-out', { denial: 'nsec3', optOut: true }],
])('one octet altered anywhere, %s', (_what, how) => {
  const zone = reallySigned(TEXT, how, [key]);

  it('is found, wherever a signature stands for it, with and without a version checked before (RFC 4035 5)', () => {
    expect(verdictOf(zone).findings).toEqual([]);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, by) => {
        const index = which % zone.length;
        const { rdata, type } = zone[index];
        if (type === TYPE.SOA || rdata.length === 0) return;
        const octets = rdata.slice();
        octets[where % rdata.length] ^= by;
        const altered = zone.map((record, i) => (i === index ? { ...record, rdata: octets } : record));
        const isSame = Buffer.compare(canonicalRdata(type, octets), canonicalRdata(type, rdata)) === 0;
        const expected = isSame || isUnsigned(zone[index]) ? 'valid' : 'invalid';
        expect(verdictOf(altered).result, `${nameToText(zone[index].name)} ${type} octet ${where % rdata.length}`).toBe(
          expected,
        );
        expect(verdictOf(altered, zone).result).toBe(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('any octets in the place of a record’s: never an exception, and never valid', () => {
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ maxLength: 60 }), fc.boolean(), (which, octets, isStart) => {
        const index = which % zone.length;
        const { rdata, type } = zone[index];
        if (type === TYPE.SOA || isUnsigned(zone[index])) return;
        const other = isStart ? Uint8Array.from([...rdata.slice(0, octets.length), ...octets]) : octets;
        if (Buffer.compare(canonicalRdata(type, other), canonicalRdata(type, rdata)) === 0) return;
        // Such a one makes no version.
        if (type === TYPE.RRSIG && other.length < 18) return;
        const altered = zone.map((record, i) => (i === index ? { ...record, rdata: other } : record));
        expect(verdictOf(altered).result, `${type} ${Buffer.from(other).toString('hex')}`).toBe('invalid');
        expect(verdictOf(altered, zone).result).toBe('invalid');
        expect(
          verifyZonemd(zoneOf([...altered, { ...zone[index], type: TYPE.ZONEMD, rdata: octets }])).result,
        ).not.toBe('verified');
      }),
      { numRuns: RUNS },
    );
  });

  it('or a record taken away or doubled in other words', () => {
    for (const [index, record] of zone.entries()) {
      if (record.type === TYPE.SOA || isUnsigned(record)) continue;
      const without = zone.filter((_, i) => i !== index);
      expect(verdictOf(without).result, `${nameToText(record.name)} ${record.type}`).toBe('invalid');
      expect(verdictOf(without, zone).result).toBe('invalid');
      if (record.type === TYPE.RRSIG) continue;
      const octets = Uint8Array.from([...record.rdata, 0]);
      expect(verdictOf([...zone, { ...record, rdata: octets }]).result).toBe('invalid');
    }
  });
});

describe('a version checked before', () => {
  const how: Signing = { denial: 'nsec' };
  const zone = reallySigned(TEXT, how, [key]);

  it('of an IXFR above it only what came is computed, in whatever layer it lies', () => {
    const next = withSignatures(
      reallySigned(`${TEXT}\nnew A 192.0.2.9`, how, [key])
        .filter(({ type }) => type !== TYPE.SOA)
        .concat(soa(2)),
      [key],
    );
    const text = (record: ResourceRecord) =>
      `${nameToText(record.name)} ${record.type} ${Buffer.from(record.rdata).toString('hex')}`;
    // Signing again gives other octets; an honest signer keeps the signatures that are good still.
    const old = new Map(zone.map((record) => [text(record), record]));
    const kept = next.filter((record) => {
      if (record.type !== TYPE.RRSIG) return true;
      const owner = nameToText(record.name);
      return (
        record.rdata[1] === TYPE.SOA ||
        owner === 'new.example.' ||
        (owner === 'a.b.ent.example.' && record.rdata[1] === TYPE.NSEC)
      );
    });
    const fresh = [
      ...kept,
      ...zone.filter(
        (record) =>
          record.type === TYPE.RRSIG &&
          !kept.some(
            (one) =>
              one.type === TYPE.RRSIG &&
              nameToText(one.name) === nameToText(record.name) &&
              one.rdata[1] === record.rdata[1],
          ),
      ),
    ];
    const now = new Map(fresh.map((record) => [text(record), record]));
    const sorted = (all: ResourceRecord[]) =>
      all.sort((a, b) => Number(b.type === TYPE.SOA) - Number(a.type === TYPE.SOA));
    const removed = sorted([...old].filter(([id]) => !now.has(id)).map(([, record]) => record));
    const added = sorted([...now].filter(([id]) => !old.has(id)).map(([, record]) => record));
    const from = zoneOf(zone);
    const version = unwrap(applyWithPolicy(from, ZoneDiff.build(from.apex, removed, added), () => 1));
    expect(version.layers.length).toBe(2);
    const verdict = validateDnssec(version, { now: NOW, checked: from });
    expect(verdict).toMatchObject({ result: 'valid', findings: [] });
    // DNSKEY; SOA; A and NSEC of the new name; the NSEC before it.
    expect(verdict.signatures).toBe(5);
    expect(verdict.signatures + verdict.reused).toBe(validateDnssec(version, { now: NOW }).signatures);
  });

  it('does not vouch for times: what has expired since is found', () => {
    const later = validateDnssec(zoneOf(zone), { now: NOW + 2 * 86_400_000, checked: zoneOf(zone) });
    expect(later.findings[0].code).toBe('signature-expired');
  });

  it('does not vouch for other keys', () => {
    const other = reallySigned(TEXT, how, [key, makeKey(13, 256)]);
    expect(verdictOf(other, zone).reused).toBe(0);
  });

  it('nor for what was hidden in it and is not any more', () => {
    // Glue with a signature that does not fit: of no account until the delegation goes.
    const wrong = signature(records('ns.cut A 192.0.2.3')[0].name, TYPE.A, records('ns.cut A 192.0.2.77'), key);
    const before = verdictOf([...zone, wrong]);
    expect(before.findings.map(({ code }) => code)).toEqual(['signature-unexpected']);
    // So that version is not one to be taken as checked.
    expect(before).toMatchObject({ result: 'valid', vouches: false });
    expect(verdictOf(zone).vouches).toBe(true);
    expect(verdictOf([...zone, signature(records('ns A 192.0.2.1')[0].name, TYPE.TXT, zone, key)])).toMatchObject({
      findings: [{ code: 'signature-without-data' }],
      vouches: true,
    });
    expect(verdictOf(zone.slice(0, -1))).toMatchObject({ result: 'invalid', vouches: false });
  });
});

it('ZONEMD finds every octet altered, and every record taken away (RFC 8976 1.2)', () => {
  const zone = records(`
    @   86400 SOA  ns1 admin 2018031900 1800 900 604800 86400
    @   86400 NS   ns1
    @   86400 NS   ns2
    @   86400 ZONEMD 2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c
    ns1 3600  A    203.0.113.63
    ns2 3600  AAAA 2001:db8::63
  `);
  expect(verifyZonemd(zoneOf(zone)).result).toBe('verified');
  for (const [index, record] of zone.entries()) {
    if (record.type !== TYPE.SOA)
      expect(verifyZonemd(zoneOf(zone.filter((_, i) => i !== index))).result).not.toBe('verified');
    for (let at = 0; at < record.rdata.length; at++) {
      const octets = record.rdata.slice();
      octets[at] ^= 0x81;
      const altered = zone.map((one, i) => (i === index ? { ...one, rdata: octets } : one));
      let result: string;
      try {
        result = verifyZonemd(zoneOf(altered)).result;
      } catch {
        // An SOA that cannot be read makes no version.
        continue;
      }
      expect(result, `${record.type} octet ${at}`).not.toBe('verified');
    }
  }
});
