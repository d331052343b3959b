import {
  compareNames,
  name,
  RCODE,
  type ResourceRecord,
  rcodeToText,
  recordToText,
  TYPE,
  typeFromText,
  unwrap,
} from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from '../../diff/apply.ts';
import { ZoneDiff } from '../../diff/zone-diff.ts';
import { shownAs, spans } from '../../fixtures/proofs.ts';
import { hashOf, type Signing, sign } from '../../fixtures/signed-zone.ts';
import { ask, NEGATIVE_SOA, records, soa, zoneOf } from '../../fixtures/zone-text.ts';
import type { ZoneVersion } from '../../version.ts';
import { lookup } from '../lookup.ts';
import { LookupResult } from '../lookup-result.ts';
import { MAX_CHAINS, MAX_NSEC3_ITERATIONS } from './chain.ts';
import { MAX_FOREIGN_NSEC3 } from './nsec3.ts';

const PLAIN = [
  soa(1),
  ...records('@ NS ns\n@ DNSKEY 257 3 13 AAAA\nns A 192.0.2.1\nwww A 192.0.2.2\n*.wild A 192.0.2.3\nsub NS ns'),
];
const NSEC: Signing = { denial: 'nsec' };
const NSEC3: Signing = { denial: 'nsec3' };
const SALTED: Signing = { denial: 'nsec3', iterations: 3, salt: 'beef' };

/** What one signing adds. */
function added(how: Signing): ResourceRecord[] {
  return sign(PLAIN, how).slice(PLAIN.length);
}

function without(list: readonly ResourceRecord[], what: RegExp): ResourceRecord[] {
  const kept = list.filter((record) => !what.test(recordToText(record)));
  expect(kept.length).toBeLessThan(list.length);
  return kept;
}

/** What the lookup says of its proofs. */
function denialOf(version: ZoneVersion, question: string): string {
  const result = new LookupResult();
  const [owner, type] = question.split(' ');
  const qname = name(owner);
  lookup(version, qname, 0, qname.length, typeFromText(type)!, true, result);
  return result.denial;
}

/** Of malformed rdata no text can be made. */
function askRcode(version: ZoneVersion, question: string, result: LookupResult): string {
  const [owner, type] = question.split(' ');
  const qname = name(owner);
  lookup(version, qname, 0, qname.length, typeFromText(type)!, true, result);
  return rcodeToText(result.rcode);
}

const NXDOMAIN = 'nothing.example. A';

describe('which chain is used', () => {
  it.each([
    ['NSEC', [], NSEC],
    ['NSEC3', [], NSEC3],
    ['NSEC and NSEC3: NSEC3, whose NSEC3PARAM says that it is whole (RFC 5155 10.4)', added(NSEC), NSEC3],
    ['two NSEC3 chains: the one that costs less (RFC 5155 7.3, RFC 9276 3.1)', added(SALTED), NSEC3],
    ['an NSEC3PARAM with flags is not for us (RFC 5155 4.1.2)', records('@ NSEC3PARAM 1 1 0 aa'), SALTED],
    ['nor one of an unknown hash (RFC 5155 8.1)', records('@ NSEC3PARAM 7 0 0 aa'), SALTED],
    ['nor one whose chain has no record for the apex', records('@ NSEC3PARAM 1 0 0 aa'), SALTED],
    [
      'NSEC3 left to be removed, its NSEC3PARAM gone: NSEC (RFC 5155 10.5)',
      added(NSEC3).filter((one) => one.type !== TYPE.NSEC3PARAM),
      NSEC,
    ],
    ['an NSEC3PARAM without chain beside NSEC: NSEC', records('@ NSEC3PARAM 1 0 0 aa'), NSEC],
  ] as const)('%s', (_what, more, how) => {
    const version = zoneOf([...sign(PLAIN, how), ...more]);
    const answer = ask(version, `${NXDOMAIN} DO`);
    expect(shownAs(answer, 'nothing.example.', how)).toBe('span');
    expect(shownAs(answer, '*.example.', how)).toBe('span');
    expect(answer.authority.some((line) => line.includes(how.denial === 'nsec' ? ' NSEC3 ' : ' NSEC '))).toBe(false);
    if (how.denial === 'nsec3') expect(answer.authority.join()).toContain(` NSEC3 1 0 ${how.iterations ?? 0} `);
    expect(denialOf(version, NXDOMAIN)).toBe('proved');
  });

  it.each([
    [MAX_CHAINS - 1, 'proved'],
    [MAX_CHAINS, 'missing'],
  ])('of %i other NSEC3PARAM records before ours: %s', (count, expected) => {
    // RRsets are kept in ascending order: these, with fewer iterations, come first.
    const others = Array.from({ length: count }, (_, i) => `@ NSEC3PARAM 1 0 0 ${(i + 16).toString(16)}`).join('\n');
    expect(denialOf(zoneOf([...sign(PLAIN, SALTED), ...records(others)]), NXDOMAIN)).toBe(expected);
  });

  it('a zone that is not signed proves nothing and misses nothing', () => {
    const stripped = without(sign(PLAIN, NSEC), / RRSIG /);
    for (const zone of [PLAIN, stripped]) {
      expect(ask(zoneOf(zone), `${NXDOMAIN} DO`).authority).toEqual([NEGATIVE_SOA]);
      expect(denialOf(zoneOf(zone), NXDOMAIN)).toBe('proved');
    }
  });

  it('records of another chain lie in between, up to MAX_FOREIGN_NSEC3 of them', () => {
    const others = (count: number) => {
      const lines: string[] = [];
      // Between the only two records of the chain: hashes that begin with the apex's own.
      const before = hashOf('example.', NSEC3).slice(0, 8);
      for (let i = 0; i < count; i++)
        lines.push(`${before}v${String(i).padStart(23, '0')} NSEC3 1 0 9 - ${'0'.repeat(32)} A`);
      return records(lines.join('\n'));
    };
    const apexOnly = [soa(1), ...records('@ NS elsewhere.')];
    const far = zoneOf([...sign(apexOnly, NSEC3), ...others(MAX_FOREIGN_NSEC3 - 1)]);
    const tooFar = zoneOf([...sign(apexOnly, NSEC3), ...others(MAX_FOREIGN_NSEC3)]);
    // A name whose hash comes behind the apex's: all the others are in between.
    const qname = Array.from({ length: 50 }, (_, i) => `n${i}.example.`).find(
      (one) => hashOf(one, NSEC3) > hashOf('example.', NSEC3),
    )!;
    expect(shownAs(ask(far, `${qname} A DO`), qname, NSEC3)).toBe('span');
    expect(denialOf(tooFar, `${qname} A`)).toBe('missing');
  });
});

describe(`more than ${MAX_NSEC3_ITERATIONS} iterations are not computed (RFC 9276 3.1, 4)`, () => {
  it('at the bound they are', () => {
    const how: Signing = { denial: 'nsec3', iterations: MAX_NSEC3_ITERATIONS };
    expect(shownAs(ask(zoneOf(sign(PLAIN, how)), `${NXDOMAIN} DO`), 'nothing.example.', how)).toBe('span');
  });

  it('above it answers have no proof', () => {
    const version = zoneOf(sign(PLAIN, { denial: 'nsec3', iterations: MAX_NSEC3_ITERATIONS + 1 }));
    for (const [question, rcode] of [
      [NXDOMAIN, 'NXDOMAIN'],
      ['www.example. TXT', 'NOERROR'],
      ['x.wild.example. A', 'NOERROR'],
      ['sub.example. A', 'NOERROR'],
    ]) {
      const answer = ask(version, `${question} DO`);
      expect(answer.rcode).toBe(rcode);
      expect(answer.authority.some((line) => line.includes(' NSEC3 '))).toBe(false);
      expect(denialOf(version, question), question).toBe('costly');
    }
    expect(denialOf(version, 'www.example. A')).toBe('proved');
    expect(ask(version, 'www.example. A DO').answer).toHaveLength(2);
  });

  it('unless there is another chain', () => {
    const costly = added({ denial: 'nsec3', iterations: MAX_NSEC3_ITERATIONS + 1 });
    for (const how of [NSEC, SALTED])
      expect(shownAs(ask(zoneOf([...sign(PLAIN, how), ...costly]), `${NXDOMAIN} DO`), 'nothing.example.', how)).toBe(
        'span',
      );
  });
});

describe('a damaged chain', () => {
  const gap = hashOf('nothing.example.', NSEC3);
  const spanOwner = spans(ask(zoneOf(sign(PLAIN, NSEC3)), `${NXDOMAIN} DO`), NSEC3).find(
    ({ owner, next }) => owner < gap && gap < next,
  )?.owner;

  it.each([
    [
      'the NSEC that covers the name is missing',
      without(sign(PLAIN, NSEC), /^ns\.example\. \d+ IN NSEC /),
      'nt.example. A',
    ],
    ['the NSEC of the apex is missing', without(sign(PLAIN, NSEC), /^example\. \d+ IN NSEC /), 'a.example. A'],
    ['the NSEC3 that covers the name is missing', without(sign(PLAIN, NSEC3), new RegExp(`^${spanOwner}\\.`))],
    ['the NSEC3 of the apex is missing', without(sign(PLAIN, NSEC3), new RegExp(`^${hashOf('example.', NSEC3)}\\.`))],
    ['all NSEC3 are missing', without(sign(PLAIN, NSEC3), / NSEC3 /)],
    ['there is no chain at all', without(sign(PLAIN, NSEC), / NSEC /)],
  ] as [string, ResourceRecord[], string?][])(
    '%s: the answer goes out with no proof, no part of one, and that is told',
    (_what, zone, question = NXDOMAIN) => {
      const version = zoneOf(zone);
      const answer = ask(version, `${question} DO`);
      expect(answer.rcode).toBe('NXDOMAIN');
      expect(answer.authority[0]).toBe(NEGATIVE_SOA);
      expect(answer.authority.filter((line) => / NSEC3? /.test(line))).toEqual([]);
      expect(denialOf(version, question)).toBe('missing');
    },
  );

  const HASH = '0000000000000000000000000000000v';

  it.each([
    ['NSEC without rdata', 'ns', TYPE.NSEC, ''],
    ['NSEC with half a name', 'ns', TYPE.NSEC, '056162'],
    ['NSEC that leads out of the zone', 'ns', TYPE.NSEC, '056f7468657200000100'],
    ['NSEC that leads to itself', 'ns', TYPE.NSEC, '026e73076578616d706c6500000140'],
    ['NSEC3 without rdata', HASH, TYPE.NSEC3, ''],
    ['NSEC3 with a salt beyond its end', HASH, TYPE.NSEC3, '010000000908'],
    ['NSEC3 with a hash too short', HASH, TYPE.NSEC3, '0100000000020102'],
    ['NSEC3 that leads to itself', HASH, TYPE.NSEC3, `010000000014${'00'.repeat(19)}1f`],
    ['NSEC3 whose owner is no hash', '~'.repeat(32), TYPE.NSEC3, `010000000014${'ff'.repeat(20)}`],
    ['NSEC3 deep in the zone', `${HASH}.ns`, TYPE.NSEC3, `010000000014${'ff'.repeat(20)}`],
    ['NSEC3PARAM without rdata', '@', TYPE.NSEC3PARAM, ''],
    ['NSEC3PARAM with a salt beyond its end', '@', TYPE.NSEC3PARAM, '010000000908'],
  ] as const)('%s: no crash, whatever is asked', (_what, owner, type, rdata) => {
    const odd = { ...records(`${owner} A 192.0.2.9`)[0], type, rdata: Uint8Array.from(Buffer.from(rdata, 'hex')) };
    for (const how of [NSEC, NSEC3]) {
      const signed = sign(PLAIN, how).filter((one) => one.type !== type || Buffer.compare(one.name, odd.name) !== 0);
      const version = zoneOf([...signed, odd]);
      const result = new LookupResult();
      for (const asked of ['', 'ns.', 'nt.', 'x.wild.', 'x.sub.', '0.', '~.', 'x.ns.', `${HASH}.`, `${HASH}.ns.`])
        for (const qtype of ['A', 'TXT', 'DS', 'NSEC', 'NSEC3', 'RRSIG', 'ANY'])
          expect(['NOERROR', 'NXDOMAIN']).toContain(askRcode(version, `${asked}example. ${qtype}`, result));
    }
  });

  it('with an NSEC that leads backwards nothing is proved by it', () => {
    const signed = without(sign(PLAIN, NSEC), /^ns\.example\. \d+ IN NSEC /);
    expect(denialOf(zoneOf([...signed, ...records('ns NSEC a A')]), 'nt.example. A')).toBe('missing');
  });

  it.each([NSEC, NSEC3])('%o taken out by a diff that does not close the gap is not used any more', (how) => {
    const zone = sign(PLAIN, how);
    const base = zoneOf(zone);
    const gap = 'nt.example.';
    const before = (a: string, b: string) => (how === NSEC ? compareNames(name(a), name(b)) < 0 : a < b);
    const place = how === NSEC ? gap : hashOf(gap, how);
    const { owner } = spans(ask(base, `${gap} A DO`), how).find(
      (one) => before(one.owner, place) && before(place, one.next),
    )!;
    const gone = zone.filter(
      (record) =>
        recordToText(record).toLowerCase().startsWith(owner) && [TYPE.NSEC, TYPE.NSEC3].includes(record.type as never),
    );
    expect(gone).toHaveLength(1);
    const diff = ZoneDiff.build(base.apex, [soa(1), ...gone], [soa(2)]);
    const version = unwrap(applyWithPolicy(base, diff, () => 1));
    expect(version.layers).toHaveLength(2);
    expect(denialOf(base, `${gap} A`)).toBe('proved');
    expect(denialOf(version, `${gap} A`)).toBe('missing');
  });

  it('answers with authority stay what they are', () => {
    const result = new LookupResult();
    const qname = name('nothing.example.');
    lookup(zoneOf(without(sign(PLAIN, NSEC), / NSEC /)), qname, 0, qname.length, TYPE.A, true, result);
    expect(result).toMatchObject({ rcode: RCODE.NXDOMAIN, authoritative: true });
  });
});
