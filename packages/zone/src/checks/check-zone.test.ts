import { nameToText, ZonewireError } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { zone } from '../fixtures/zone-text.ts';
import { checkZone } from './check-zone.ts';

function findings(text: string, ns = '@ NS ns.test.'): string[] {
  return checkZone(zone(`${ns}\n${text}`)).map(({ severity, code, name }) => `${severity} ${code} ${nameToText(name)}`);
}

describe('a zone without faults', () => {
  it('has no findings', () => {
    expect(
      findings(`
        @        MX    10 mail
        mail     A     192.0.2.1
        www      CNAME mail
        www      RRSIG CNAME 8 2 300 20300101000000 20200101000000 1 example. AAAA
        www      NSEC  x CNAME RRSIG NSEC
        sub      NS    ns.sub
        sub      DS    1 8 2 ${'AB'.repeat(32)}
        ns.sub   AAAA  2001:db8::1
        old      DNAME new
        sib      NS    ns.sub
        sib      NS    other.sub
        wild     NS    any.w
        *.w      A     192.0.2.2
        out      MX    10 mail.elsewhere.test.
      `),
    ).toEqual([]);
  });
});

describe('faults', () => {
  const cases: [string, string, string[]][] = [
    ['CNAME and other data (RFC 1034 3.6.2)', 'a CNAME b\na TXT x', ['error cname-and-other-data a.example.']],
    ['several CNAMEs (RFC 2181 10.1)', 'a CNAME b\na CNAME c', ['error several-cnames a.example.']],
    ['CNAME at the apex', '@ CNAME b', ['error cname-and-other-data example.']],
    ['data below a DNAME (RFC 6672 2.4)', 'd DNAME e\nx.y.d A 192.0.2.1', ['error data-below-dname d.example.']],
    ['several DNAMEs (RFC 6672 2.4)', 'd DNAME e\nd DNAME f', ['error several-dnames d.example.']],
    ['an NS that is an alias (RFC 2181 10.3)', 'sub NS a\na CNAME b', ['warning delegation-to-cname sub.example.']],
    ['an MX that is an alias (RFC 2181 10.3)', 'm MX 1 a\na CNAME b', ['warning mx-is-cname m.example.']],
    ['an SRV that is an alias (RFC 2782)', '_s SRV 1 2 3 a\na CNAME b', ['warning srv-is-cname _s.example.']],
    ['a delegation without its glue (RFC 9471)', 'sub NS ns.sub', ['warning missing-glue sub.example.']],
    ['a server at the cut itself without glue', 'sub NS sub', ['warning missing-glue sub.example.']],
    ['a server in the zone without address', 'sub NS ns', ['warning ns-without-address sub.example.']],
    [
      'a server covered by a wildcard without address',
      'sub NS ns\n* TXT x',
      ['warning ns-without-address sub.example.'],
    ],
    [
      'a server hidden from the wildcard by an empty non-terminal',
      'sub NS ns\n* A 192.0.2.1\nx.ns TXT x',
      ['warning ns-without-address sub.example.'],
    ],
    ['DS without NS (RFC 4035 2.4)', `d DS 1 8 2 ${'AB'.repeat(32)}`, ['warning ds-without-ns d.example.']],
    ['DS at the apex (RFC 4035 2.4)', `@ DS 1 8 2 ${'AB'.repeat(32)}`, ['warning ds-at-apex example.']],
    ['different TTLs (RFC 2181 5.2)', 'a 300 A 192.0.2.1\na 60 A 192.0.2.2', ['warning ttl-mismatch a.example.']],
    [
      'different TTLs of records that come apart',
      'a 300 A 192.0.2.1\nz TXT x\nb TXT x\na 60 A 192.0.2.2',
      ['warning ttl-mismatch a.example.'],
    ],
  ];
  it.each(cases)('%s', (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it('no NS at the apex (RFC 1034 4.2.1)', () => {
    expect(findings('a A 192.0.2.1', '')).toEqual(['error no-apex-ns example.']);
  });

  it('a server of the zone itself without address', () => {
    expect(findings('', '@ NS ns')).toEqual(['warning ns-without-address example.']);
  });

  it('NSEC3 records below a DNAME at the apex are no fault (RFC 6672 5.3.4)', () => {
    const nsec3 = '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA';
    expect(findings(`@ DNAME elsewhere.test.\n${nsec3}`)).toEqual([]);
    expect(findings(`@ DNAME elsewhere.test.\n${nsec3}\na A 192.0.2.1`)).toEqual(['error data-below-dname example.']);
  });

  it('TTLs of RRSIGs follow what they cover, and may differ (RFC 4034 3)', () => {
    const rrsig = (type: string, ttl: number) =>
      `a ${ttl} RRSIG ${type} 8 2 ${ttl} 20300101000000 20200101000000 1 example. AAAA`;
    expect(findings(`a 300 A 192.0.2.1\na 60 TXT x\n${rrsig('A', 300)}\n${rrsig('TXT', 60)}`)).toEqual([]);
  });

  it('no SOA, and two SOAs, are refused before there is a version', () => {
    const twice = '@ SOA ns h 1 2 3 4 5\n@ SOA ns h 2 2 3 4 5';
    expect(() => zone(twice)).toThrow(expect.objectContaining({ code: 'zone-two-soas' }));
    expect(() => zone('a SOA ns h 1 2 3 4 5')).toThrow(ZonewireError);
  });

  it('a thousand of each severity at most, so warnings do not hide errors', () => {
    let text = '';
    for (let i = 0; i < 1100; i++) text += `s${i} NS ns.s${i}\n`;
    const all = findings(`${text}zz CNAME b\nzz TXT x`);
    expect(all).toHaveLength(1001);
    expect(all).toContain('error cname-and-other-data zz.example.');
  });
});
