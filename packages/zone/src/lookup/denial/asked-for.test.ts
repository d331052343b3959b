import { describe, expect, it } from 'vitest';
import { shownAs } from '../../fixtures/proofs.ts';
import { hashOf, type Signing, sign } from '../../fixtures/signed-zone.ts';
import { ask, records, soa, zoneOf } from '../../fixtures/zone-text.ts';

const TEXT = `
  @       NS      ns
  @       DNSKEY  257 3 13 AAAA
  @       CDS     1 13 2 ${'AB'.repeat(32)}
  @       CDNSKEY 257 3 13 AAAA
  ns      A       192.0.2.1
  *.wild  A       192.0.2.3
  cut     NS      ns
`;
const NSEC: Signing = { denial: 'nsec' };
const NSEC3: Signing = { denial: 'nsec3' };
const nsec = zoneOf(sign([soa(1), ...records(TEXT)], NSEC));
const nsec3 = zoneOf(sign([soa(1), ...records(TEXT)], NSEC3));
const apexHash = hashOf('example.', NSEC3);

const types = (lines: readonly string[]) => lines.map((line) => line.split(' ')[3]);

describe('what belongs to DNSSEC, asked for', () => {
  it.each(['DNSKEY', 'CDS', 'CDNSKEY', 'NSEC3PARAM'])(
    '%s at the apex, with its RRSIG (RFC 4035 3.1.2, RFC 7344 4, RFC 5155 4)',
    (type) => {
      expect(types(ask(nsec3, `example. ${type} DO`).answer)).toEqual([type, 'RRSIG']);
      expect(types(ask(nsec3, `example. ${type}`).answer)).toEqual([type]);
    },
  );

  it('NSEC is data of its name, whether or not DO is set (RFC 4035 3.1)', () => {
    expect(types(ask(nsec, 'ns.example. NSEC').answer)).toEqual(['NSEC']);
    expect(types(ask(nsec, 'ns.example. NSEC DO').answer)).toEqual(['NSEC', 'RRSIG']);
  });

  it('NSEC of a wildcard is given for a name it stands for, with the proof that it does (RFC 4592 4.6, RFC 4035 3.1.3.3)', () => {
    const answer = ask(nsec, 'x.wild.example. NSEC DO');
    expect(types(answer.answer)).toEqual(['NSEC', 'RRSIG']);
    expect(shownAs(answer, 'x.wild.example.', NSEC)).toBe('span');
  });

  it('NSEC at a zone cut: a referral, for only DS is the parent’s to answer (RFC 4035 3.1.4.1)', () => {
    expect(ask(nsec, 'cut.example. NSEC DO')).toMatchObject({ aa: false, answer: [] });
  });

  it('RRSIG: those of all types at the name (RFC 4035 3.1)', () => {
    expect(types(ask(nsec, 'ns.example. RRSIG').answer)).toEqual(['RRSIG', 'RRSIG']);
    const covered = ask(nsec, 'ns.example. RRSIG DO').answer.map((line) => line.split(' ')[4]);
    expect(covered).toEqual(['A', 'NSEC']);
  });

  it('RRSIG where there are none: no data, proved (RFC 4035 3.1.3.1)', () => {
    expect(shownAs(ask(nsec, 'wild.example. RRSIG DO'), 'wild.example.', NSEC)).toBe('span');
  });
});

describe('the names of NSEC3 records are no names of the zone (RFC 5155 7.2.8)', () => {
  const owner = `${apexHash}.example.`;

  it.each(['NSEC3', 'A', 'RRSIG', 'ANY', 'DS'])('%s: NXDOMAIN, proved like any other', (type) => {
    for (const qname of [owner, owner.toUpperCase(), `x.${owner}`]) {
      const answer = ask(nsec3, `${qname} ${type} DO`);
      expect(answer).toMatchObject({ rcode: 'NXDOMAIN', aa: true, answer: [] });
      expect(shownAs(answer, 'example.', NSEC3)).toBe('match');
      expect(shownAs(answer, owner, NSEC3)).toBe('span');
      expect(shownAs(answer, '*.example.', NSEC3)).toBe('span');
    }
  });

  it('nor are they without DO, or when no NSEC3PARAM is there', () => {
    expect(ask(nsec3, `${owner} NSEC3`).rcode).toBe('NXDOMAIN');
    const left = zoneOf([...records('@ NS ns'), soa(1), ...records(`${apexHash} NSEC3 1 0 0 - ${apexHash} A`)]);
    expect(ask(left, `${owner} NSEC3`).rcode).toBe('NXDOMAIN');
  });

  it('a wildcard stands for them', () => {
    const wild = zoneOf(sign([soa(1), ...records('@ NS ns\n* TXT "any"')], NSEC3));
    const answer = ask(wild, `${owner} TXT DO`);
    expect(answer.answer[0]).toBe(`${owner} 300 IN TXT "any"`);
    expect(shownAs(answer, owner, NSEC3)).toBe('span');
  });

  it('a name that has other records too exists, but not for its NSEC3', () => {
    const both = zoneOf(sign([soa(1), ...records(`@ NS ns\n${apexHash} TXT "a strange name"`)], NSEC3));
    expect(types(ask(both, `${owner} TXT DO`).answer)).toEqual(['TXT', 'RRSIG']);
    const answer = ask(both, `${owner} NSEC3 DO`);
    expect(answer).toMatchObject({ rcode: 'NOERROR', answer: [] });
    expect(shownAs(answer, owner, NSEC3)).toBe('match');
    expect(ask(both, `${owner} RRSIG`).answer.map((line) => line.split(' ')[4])).toEqual(['TXT']);
    expect(types(ask(both, `${owner} ANY`).answer)).toEqual(['TXT']);
  });

  it('and one with names below it exists as an empty non-terminal', () => {
    const below = zoneOf(sign([soa(1), ...records(`@ NS ns\nx.${apexHash} TXT "below"`)], NSEC3));
    expect(ask(below, `${owner} A DO`)).toMatchObject({ rcode: 'NOERROR', answer: [] });
    expect(ask(below, `x.${owner} TXT`).answer).toHaveLength(1);
  });
});
