import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zone } from '../fixtures/zone-text.ts';
import { checkSerial } from './apex.ts';
import { checkZone } from './check-zone.ts';
import { checksDocument } from './document.ts';
import { ZONE_CHECKS, type ZoneCheckName } from './registry.ts';

/** Seen while text becomes a version: packages/primary/src/source/read-zone-file.test.ts. */
type OfText = 'zone-no-soa' | 'zone-two-soas' | 'zone-soa-not-at-apex' | 'owner-out-of-zone' | 'record-in-other-case';

const NOW = Date.UTC(2026, 0, 1);
const KEY = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';
const soa = (timers: string) => `@ 300 SOA ns.elsewhere.test. h 1 ${timers}`;

/** A zone that is right but for one thing, and, as nearly the same, one that is right. Both have NS unless they begin with "bare". */
const EXAMPLES: Readonly<
  Record<Exclude<ZoneCheckName, OfText | 'serial-backwards'>, readonly [bad: string, good: string]>
> = {
  'ttl-mismatch': ['a 60 A 192.0.2.1\na 70 A 192.0.2.2', 'a 60 A 192.0.2.1\na 60 A 192.0.2.2\na 70 TXT x'],
  'no-apex-ns': ['bare\na A 192.0.2.1', '@ NS ns2.elsewhere.test.'],
  'soa-timer-zero': [soa('3600 0 86400 60'), soa('1 1 3 0')],
  'soa-retry-above-refresh': [soa('600 601 86400 60'), soa('600 600 86400 60')],
  'soa-expire-too-short': [soa('3600 600 4200 60'), soa('3600 600 4201 60')],
  'soa-negative-ttl-too-long': [soa('3600 600 86400 86401').replace('300', '90000'), soa('3600 600 86400 999999')],
  'cname-and-other-data': ['a CNAME b\na TXT x', 'a CNAME b\na KEY 512 3 8 AQID'],
  'several-cnames': ['a CNAME b\na CNAME c', 'a CNAME b\na CNAME b'],
  'data-below-dname': ['d DNAME e\nx.d A 192.0.2.1', 'd DNAME e\nd TXT "beside"\ndd A 192.0.2.1'],
  'several-dnames': ['d DNAME e\nd DNAME f', 'd DNAME e'],
  'ns-is-cname': ['@ NS a\na CNAME b', '@ NS a.elsewhere.test.\na CNAME b'],
  'delegation-to-cname': ['s NS a\na CNAME b', 's NS a.elsewhere.test.\na CNAME b'],
  'mx-is-cname': ['m MX 1 a\na CNAME b', 'm MX 1 b\na CNAME b\nb A 192.0.2.1'],
  'srv-is-cname': ['_s SRV 1 2 3 a\na CNAME b', '_s SRV 0 0 0 .'],
  'ns-is-address': ['s NS 192.0.2.1.', 's NS 1.2.0.192.in-addr.arpa.'],
  'mx-is-address': ['m MX 10 192.0.2.1', 'm MX 10 192.0.2.1.mail.elsewhere.test.\nn MX 0 .\no MX 1 256.0.2.1.'],
  'ns-without-address': ['@ NS ns', '@ NS ns\nns AAAA 2001:db8::1'],
  'missing-glue': ['s NS ns.s', 's NS ns.s\nns.s A 192.0.2.1'],
  'ds-without-ns': [`d DS 1 8 2 ${'AB'.repeat(32)}`, `d DS 1 8 2 ${'AB'.repeat(32)}\nd NS ns.elsewhere.test.`],
  'ds-at-apex': [`@ DS 1 8 2 ${'AB'.repeat(32)}`, `@ CDS 1 8 2 ${'AB'.repeat(32)}`],
  'data-behind-delegation': [
    's NS ns.elsewhere.test.\nx.s TXT "never answered"',
    `s NS ns.x.s\ns DS 1 8 2 ${'AB'.repeat(32)}\ns NSEC t NS DS RRSIG NSEC\nns.x.s A 192.0.2.1\nxs TXT "beside"\nt TXT x`,
  ],
  'several-spf': [
    '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx -all"',
    '@ TXT "v=spf1 -all"\n@ TXT "v=spf10 x"\n@ TXT "site=1"',
  ],
  'spf-too-many-lookups': [
    `@ TXT "v=spf1 ${Array.from({ length: 11 }, (_, i) => `include:n${i}.test`).join(' ')} -all"`,
    `@ TXT "v=spf1 ${Array.from({ length: 10 }, (_, i) => `include:n${i}.test`).join(' ')} ip4:192.0.2.0/24 -all"`,
  ],
  'dmarc-malformed': ['_dmarc TXT "v=DMARC1; p=refuse"', '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@example.test"'],
  'several-dmarc': ['_dmarc TXT "v=DMARC1; p=none"\n_dmarc TXT "v=DMARC1; p=reject"', '_dmarc TXT "v=DMARC1;p=none;"'],
  'dkim-malformed': ['s1._domainkey TXT "v=DKIM1; k=rsa; p=???"', `s1._domainkey TXT "v=DKIM1; k=rsa; p=${KEY}"`],
  'several-dkim': [
    `s._domainkey TXT "p=${KEY}"\ns._domainkey TXT "v=DKIM1; p=${KEY}"`,
    `s._domainkey TXT "p=${KEY}"\nt._domainkey TXT "v=DKIM1; p="`,
  ],
  'rrsig-expires-early': [
    'a RRSIG A 8 2 300 20260101120000 20251201000000 1 example. AAAA',
    'a RRSIG A 8 2 300 20260201000000 20251201000000 1 example. AAAA',
  ],
};

function codes(text: string): string[] {
  const bare = text.startsWith('bare');
  const version = zone(bare ? text.slice(5) : `@ NS ns.elsewhere.test.\n${text}`);
  return [...new Set(checkZone(version, { now: NOW }).map(({ code }) => code))];
}

describe('every check', () => {
  it.each(Object.entries(EXAMPLES))('%s finds what it is for, and it alone', (check, [bad]) => {
    expect(codes(bad)).toEqual([check]);
  });

  it.each(Object.entries(EXAMPLES))('%s does not cry wolf over what is nearly the same', (_check, [, good]) => {
    expect(codes(good)).toEqual([]);
  });

  it('has the severity of the registry and says where', () => {
    for (const [check, [bad]] of Object.entries(EXAMPLES)) {
      const version = zone(bad.startsWith('bare') ? bad.slice(5) : `@ NS ns.elsewhere.test.\n${bad}`);
      const [finding] = checkZone(version, { now: NOW });
      expect(finding.severity).toBe(ZONE_CHECKS[check as ZoneCheckName].severity);
      expect(finding.name.length).toBeGreaterThan(0);
      expect(finding.message.length).toBeGreaterThan(20);
    }
  });

  it('serial-backwards: as RFC 1982 counts', () => {
    const version = zone('@ NS ns.elsewhere.test.\n@ SOA ns h 5 3600 600 86400 60');
    const found = (served: number) => checkSerial(version, served).map(({ code }) => code);
    expect(found(6)).toEqual(['serial-backwards']);
    expect(found(5)).toEqual([]);
    expect(found(4)).toEqual([]);
    expect(found(4_294_967_295)).toEqual([]);
    expect(found(5 + 2 ** 31)).toEqual(['serial-backwards']);
  });
});

it('docs/checks.md says what the registry says (write it: node packages/cli/src/write-generated.ts)', () => {
  const document = readFileSync(new URL('../../../../docs/checks.md', import.meta.url), 'utf8');
  expect(document).toBe(checksDocument());
  for (const { explanation } of Object.values(ZONE_CHECKS)) expect(document).toContain(explanation);
});
