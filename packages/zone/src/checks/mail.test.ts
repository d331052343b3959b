import { describe, expect, it } from 'vitest';
import { zone } from '../fixtures/zone-text.ts';
import { checkZone } from './check-zone.ts';

const RSA =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

function found(text: string): string[] {
  return checkZone(zone(`@ NS ns.elsewhere.test.\n${text}`)).map(({ code, message }) => `${code}: ${message}`);
}

describe('SPF (RFC 7208)', () => {
  const spf = (record: string) => found(`@ TXT "${record}"`).map((line) => line.split(':')[0]);
  const many = (term: string, times: number) => `v=spf1 ${`${term} `.repeat(times)}-all`;

  it.each([
    ['a', 11],
    ['mx', 11],
    ['ptr', 11],
    ['a:x.test', 11],
    ['a/24', 11],
    ['mx//64', 11],
    ['?exists:%{i}.x.test', 11],
    ['-include:x.test', 11],
    ['+A', 11],
  ])('%s asks (4.6.4)', (term, times) => {
    expect(spf(many(term, times))).toEqual(['spf-too-many-lookups']);
    expect(spf(many(term, times - 1))).toEqual([]);
  });

  it.each(['ip4:192.0.2.1', 'ip6:2001:db8::1', 'all', 'exp=x.test', 'adkim=x', 'mxx'])('%s does not ask', (term) => {
    expect(spf(many(term, 12))).toEqual([]);
  });

  it('records in the zone that are included count with what they ask, and those that redirect', () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, i) => `n${i} TXT "v=spf1 include:n${i + 1}.example -all"`).join('\n');
    expect(found(`${chain(10)}\nn10 TXT "v=spf1 -all"`)).toEqual([]);
    const eleven = found(`${chain(11)}\nn11 TXT "v=spf1 -all"`);
    expect(eleven).toHaveLength(1);
    expect(found('@ TXT "v=spf1 redirect=b.example"\nb TXT "v=spf1 a mx -all"')).toEqual([]);
  });

  it('records that include one another come to an end', () => {
    const [a, b] = found('a TXT "v=spf1 include:b.example"\nb TXT "v=spf1 include:a.example"');
    expect([a, b].map((line) => line.split(':')[0])).toEqual(['spf-too-many-lookups', 'spf-too-many-lookups']);
  });

  it('several strings are one text, and the version may be in any case (3.3)', () => {
    expect(found(`@ TXT "V=SPF1 a a a a a a" " a a a a a -all"`)).toHaveLength(1);
  });
});

describe('DMARC (RFC 7489 6.3)', () => {
  it.each([
    '"v=DMARC1; p=none"',
    '"v=DMARC1;p=quarantine;sp=reject;adkim=s;aspf=r;pct=50;fo=1:d:s;ri=86400;rua=mailto:a@x.test,mailto:b@y.test!10m"',
    '"v=DMARC1; p=reject; " "rua=mailto:dmarc@x.test;"',
    '"v=DMARC1 ; p = none ; x_unknown=1"',
    '"v=DMARC1; rua=mailto:a@x.test"',
    '"v=DMARC1; P=none; rua=mailto:a@x.test"',
    '"v=DMARC1; p=reject; np=reject; psd=n; t=y"',
  ])('%s is fine', (record) => {
    expect(found(`_dmarc TXT ${record}\n_DMARC.sub TXT ${record}`)).toEqual([]);
  });

  it.each([
    ['"v=DMARC1"', 'has no p='],
    ['"v=dmarc1; p=none"', 'begins with'],
    ['"v=DMARC2; p=none"', 'begins with'],
    ['"p=none; v=DMARC1"', 'begins with'],
    ['"hello"', 'begins with'],
    ['"v=DMARC1; p=none; sp=maybe"', 'has sp="maybe"'],
    ['"v=DMARC1; p=none; pct=101"', 'has pct="101"'],
    ['"v=DMARC1; p=none; rua=a@x.test"', 'has rua="a@x.test"'],
    ['"v=DMARC1; p=none p=reject"', 'has p="none p=reject"'],
    ['"v=DMARC1; p=none; p=reject"', 'has the tag p twice'],
    ['"v=DMARC1; none"', 'not of the form tag=value'],
    ['"v=DMARC1, p=none"', 'begins with'],
  ])('%s is not', (record, why) => {
    const [finding, ...more] = found(`_dmarc TXT ${record}`);
    expect(more).toEqual([]);
    expect(finding).toMatch(/^dmarc-malformed: /);
    expect(finding).toContain(why);
  });

  it('a text beside a policy, a leave to report (7.1), and a policy elsewhere are no faults', () => {
    expect(found('_dmarc TXT "v=DMARC1; p=none"\n_dmarc TXT "site-verification=1"')).toEqual([]);
    expect(found('x.test._report._dmarc TXT "v=DMARC1"\n*._report._dmarc TXT "v=DMARC1;"')).toEqual([]);
    expect(found('dmarc TXT "v=DMARC1"\n_dmarc CNAME _dmarc.elsewhere.test.')).toEqual([]);
  });
});

describe('DKIM (RFC 6376 3.6.1)', () => {
  it.each([
    `"v=DKIM1; k=rsa; p=${RSA.slice(0, 100)}" "${RSA.slice(100)}"`,
    `"p=${RSA}"`,
    `"v=DKIM1; h=sha256; s=email; t=y:s; n=note; p=${RSA.slice(0, 50)} " " ${RSA.slice(50)};"`,
    '"v=DKIM1; p="',
    '"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
    `"g=*; k=rsa; p=${RSA}"`,
  ])('%s is fine', (record) => {
    expect(found(`s._domainkey TXT ${record}\nA.b._DomainKey.sub TXT ${record}`)).toEqual([]);
  });

  it.each([
    ['"v=DKIM1; k=rsa"', 'has no p='],
    ['"v=DKIM1; p=AAAA=AAA"', 'not base64'],
    ['"v=DKIM1; p=AAAAA"', 'not base64'],
    [`"v=DKIM2; p=${RSA}"`, 'has v="DKIM2"'],
    [`"p=${RSA}; v=DKIM1"`, 'in the first place'],
    ['"v=DKIM1; k=ed25519; p=AAAA"', 'ed25519 key of 3 octets'],
    [`"v=DKIM1 p=${RSA}"`, 'has v='],
    ['"hello"', 'not of the form tag=value'],
    [`"v=DKIM1;; p=${RSA}"`, 'not of the form tag=value'],
  ])('%s is not', (record, why) => {
    const [finding, ...more] = found(`s._domainkey TXT ${record}`);
    expect(more).toEqual([]);
    expect(finding).toMatch(/^dkim-malformed: /);
    expect(finding).toContain(why);
  });

  it('the policy of old DomainKeys at _domainkey itself, and other records, are not looked at', () => {
    expect(
      found('_domainkey TXT "o=~; r=a@x.test"\ns._domainkey CNAME s.elsewhere.test.\nt.domainkey TXT "x"'),
    ).toEqual([]);
  });
});
