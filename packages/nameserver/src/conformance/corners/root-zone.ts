import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const rootZone: Corner = {
  title: 'the root zone',
  zones: {
    '.': `
      @           3600   SOA   ns hostmaster 1 7200 600 86400 60
      @                  NS    ns
      ns                 A     192.0.2.9
      com                NS    ns.com
      ns.com             A     192.0.2.1
      a                  A     192.0.2.2
      *.wild             TXT   "x"
      alias              CNAME a
      old                DNAME new
      x.new              A     192.0.2.3
      b.ent              A     192.0.2.4
    `,
  },
  alone: true,
  cases: [
    { rule: 'its SOA (RFC 1034 4.2.1)', ask: '. SOA', answer: '. 3600 SOA ns. hostmaster. 1 7200 600 86400 60' },
    {
      rule: 'its NS (RFC 1034 4.2.1)',
      ask: '. NS',
      answer: '. NS ns.',
      additional: 'ns. A 192.0.2.9',
      differs: { bind: 'addresses-at-the-root' },
    },
    { rule: 'NODATA at the root (RFC 2308 2.2)', ask: '. A', authority: NEGATIVE_SOA },
    {
      rule: 'ANY at the root (RFC 8482 4.1)',
      ask: '. ANY',
      answer: '. NS ns.',
      additional: 'ns. A 192.0.2.9',
      differs: { bind: 'any-all-types', nsd: 'any-another-rrset', pdns: 'any-to-tcp' },
    },
    { rule: 'DS of the root: nobody is above (RFC 4035 3.1.4.1)', ask: '. DS', authority: NEGATIVE_SOA },
    {
      rule: 'a referral from the root (RFC 1034 4.3.2 step 3b)',
      ask: 'www.example.com. A',
      flags: '',
      authority: 'com. NS ns.com.',
      additional: 'ns.com. A 192.0.2.1',
    },
    { rule: 'a name of one label (RFC 1034 3.1)', ask: 'a. A', answer: 'a. A 192.0.2.2' },
    { rule: 'NXDOMAIN of the root (RFC 2308 2.1)', ask: 'nothing. A', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'and of a long name (RFC 2308 2.1)', ask: 'a.b.c.nothing. A', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'a wildcard below the root (RFC 4592 3.3.1)', ask: 'x.wild. TXT', answer: 'x.wild. TXT "x"' },
    { rule: 'an alias (RFC 1034 4.3.2 step 3a)', ask: 'alias. A', answer: 'alias. CNAME a.\na. A 192.0.2.2' },
    {
      rule: 'a DNAME (RFC 6672 3.2)',
      ask: 'x.old. A',
      answer: 'old. DNAME new.\nx.old. CNAME x.new.\nx.new. A 192.0.2.3',
    },
    { rule: 'an empty non-terminal below the root (RFC 4592 2.2.2)', ask: 'ent. A', authority: NEGATIVE_SOA },
    {
      rule: 'a wildcard of one label that is not there (RFC 4592 3.3.1)',
      ask: '*. A',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
  ],
};
