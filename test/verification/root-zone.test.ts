import {
  name,
  nameToText,
  parseRecords,
  type ResourceRecord,
  TYPE,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import { parseTrustAnchor, validateDnssec, ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootZoneHistory } from '../fixtures/root-history.ts';

/** The key of 2010, which signed the root zone at that time, and the one of 2017 that was waiting beside it (IANA root-anchors.xml). */
const KSK_2010 = '. IN DS 19036 8 2 49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5';
const KSK_2017 = '. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D';
const NOW = Date.parse('2018-01-30T12:00:00Z');
const anchors = (...lines: string[]) => lines.map((line) => unwrap(parseTrustAnchor(line)));

function versionOf(records: Iterable<ResourceRecord>): ZoneVersion {
  const builder = new ZoneBuilder(name('.'));
  for (const record of records) builder.addRecord(record);
  return unwrap(builder.finish());
}

/** Findings as `error signature-wrong com. DS`. */
function shown({ findings }: ReturnType<typeof validateDnssec>): string[] {
  return findings.map(
    ({ severity, code, name, type }) => `${severity} ${code} ${nameToText(name)} ${typeToText(type ?? 0)}`,
  );
}

/** The first versions of the history have their signatures. */
describe('the root zone of 2018-01-29 and -30, by the clock of that day', () => {
  let versions: ZoneVersion[];

  beforeAll(() => {
    versions = rootZoneHistory()
      .slice(0, 3)
      .map(({ text }) => versionOf(parseRecords(text)));
  });

  it('is valid under the key of 2010, all of its signatures (RFC 4035 5)', () => {
    const verdict = validateDnssec(versions[0], { now: NOW, trustAnchors: anchors(KSK_2010) });
    expect(verdict).toMatchObject({ result: 'valid', findings: [] });
    expect(verdict.signatures).toBeGreaterThan(2500);
  });

  it('the key of 2017 had not signed it yet; with both anchors it is valid (RFC 5011 6)', () => {
    const only2017 = validateDnssec(versions[0], { now: NOW, trustAnchors: anchors(KSK_2017) });
    expect(shown(only2017)).toEqual(['error signature-without-key . DNSKEY']);
    expect(validateDnssec(versions[0], { now: NOW, trustAnchors: anchors(KSK_2010, KSK_2017) }).result).toBe('valid');
  });

  it('beside a version found right before, only what changed is computed again (and the keys)', () => {
    const [checked] = versions;
    const again = validateDnssec(versionOf(checked.records()), { now: NOW, checked });
    expect(again).toMatchObject({ result: 'valid', findings: [], signatures: 1 });
    expect(again.reused).toBeGreaterThan(2500);
    const altered = [...checked.records()].map((record) =>
      record.type === TYPE.DS && nameToText(record.name) === 'org.' ? { ...record, ttl: record.ttl - 1 } : record,
    );
    expect(shown(validateDnssec(versionOf(altered), { now: NOW, checked }))).toEqual(['error signature-ttl org. DS']);
    // This one was signed anew from top to bottom.
    expect(validateDnssec(versions[1], { now: NOW, checked })).toMatchObject({ result: 'valid', reused: 0 });
  });

  it('by the clock of today it has expired', () => {
    expect(shown(validateDnssec(versions[0], { now: Date.parse('2026-01-01') }))[0]).toMatch(
      /^error signature-expired \. /,
    );
  });

  it('the DS of a top-level domain altered, and one taken out, are found', () => {
    const altered = [...versions[0].records()].map((record) =>
      record.type === TYPE.DS && nameToText(record.name) === 'com.'
        ? { ...record, rdata: Uint8Array.from(record.rdata, (octet, i) => (i === 10 ? octet ^ 1 : octet)) }
        : record,
    );
    expect(shown(validateDnssec(versionOf(altered), { now: NOW }))).toEqual(['error signature-wrong com. DS']);
    const removed = altered.filter((record) => record.type !== TYPE.DS || nameToText(record.name) !== 'com.');
    expect(shown(validateDnssec(versionOf(removed), { now: NOW }))).toEqual([
      'error nsec-types com. NSEC',
      'warning signature-without-data com. DS',
    ]);
  });
});
