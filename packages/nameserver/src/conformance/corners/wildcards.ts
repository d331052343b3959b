import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const wildcards: Corner = {
  title: 'wildcards',
  zones: {
    'wildcard.test.': `
      *               TXT   "apex"
      *               MX    10 mail
      mail            A     192.0.2.1
      sub.*           TXT   "below an asterisk"
      *.deep          A     192.0.2.2
      *.b.deep        A     192.0.2.3
      *.d.c.b.deep    A     192.0.2.4
      exists.deep     TXT   "no A"
      *.*.double      A     192.0.2.5
      *.only          AAAA  2001:db8::1
      a.b.ent         A     192.0.2.6
      *.b.ent         TXT   "beside"
      **.stars        TXT   "two asterisks"
      *x.stars        TXT   "starts with one"
      x.*.inner       TXT   "an asterisk inside"
      \\*.escaped     TXT   "the same octet"
    `,
  },
  cases: [
    { rule: 'a name below the apex that does not exist (RFC 4592 3.3.1)', ask: 'x TXT', answer: 'x TXT "apex"' },
    { rule: 'and one of several labels (RFC 4592 3.3.1)', ask: 'x.y.z TXT', answer: 'x.y.z TXT "apex"' },
    { rule: 'the type is missing at the wildcard: NODATA (RFC 4592 2.2.1)', ask: 'x A', authority: NEGATIVE_SOA },
    { rule: 'a name that exists is not covered (RFC 1034 4.3.3)', ask: 'mail TXT', authority: NEGATIVE_SOA },
    {
      rule: 'nor a name below one that exists (RFC 4592 2.2.1)',
      ask: 'x.mail TXT',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'additional data goes along with a synthesized RRset (RFC 1034 4.3.2)',
      ask: 'x MX',
      answer: 'x MX 10 mail',
      additional: 'mail A 192.0.2.1',
    },
    { rule: 'the wildcard itself is a name to ask for (RFC 4592 2.3)', ask: '* TXT', answer: '* TXT "apex"' },
    {
      rule: 'an escaped asterisk is the same octet (RFC 4592 2.1.1)',
      ask: 'y.escaped TXT',
      answer: 'y.escaped TXT "the same octet"',
    },
    {
      rule: 'names below a wildcard are ordinary ones (RFC 4592 2.1.3)',
      ask: 'sub.* TXT',
      answer: 'sub.* TXT "below an asterisk"',
    },
    {
      rule: 'the asterisk of a query name is no wildcard: its encloser is the wildcard (RFC 4592 2.1.3)',
      ask: 'y.* TXT',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'the closest encloser alone is looked at: depth 2 (RFC 4592 3.3.1)',
      ask: 'x.deep A',
      answer: 'x.deep A 192.0.2.2',
    },
    { rule: 'depth 2, two labels (RFC 4592 3.3.1)', ask: 'y.x.deep A', answer: 'y.x.deep A 192.0.2.2' },
    { rule: 'depth 3 (RFC 4592 3.3.1)', ask: 'x.b.deep A', answer: 'x.b.deep A 192.0.2.3' },
    { rule: 'depth 5 (RFC 4592 3.3.1)', ask: 'x.d.c.b.deep A', answer: 'x.d.c.b.deep A 192.0.2.4' },
    {
      rule: 'an empty non-terminal as encloser without a wildcard of its own (RFC 4592 3.3.1)',
      ask: 'x.c.b.deep A',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'an existing name without the type is not synthesized (RFC 4592 2.2.1)',
      ask: 'exists.deep A',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'nor is one below it (RFC 4592 2.2.1)',
      ask: 'x.exists.deep A',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: '*.*: a name below the asterisk label (RFC 4592 2.1.1)',
      ask: 'x.*.double A',
      answer: 'x.*.double A 192.0.2.5',
    },
    { rule: '*.*: asked for by name (RFC 4592 2.3)', ask: '*.*.double A', answer: '*.*.double A 192.0.2.5' },
    {
      rule: '*.*: the wildcard above is an empty non-terminal, so NODATA (RFC 4592 2.2.2)',
      ask: 'x.double A',
      authority: NEGATIVE_SOA,
    },
    { rule: '*.*: and for two labels too (RFC 4592 2.2.2)', ask: 'y.x.double A', authority: NEGATIVE_SOA },
    { rule: '*.*: its parent by name (RFC 4592 2.2.2)', ask: '*.double A', authority: NEGATIVE_SOA },
    { rule: 'NODATA at the name above a wildcard (RFC 4592 2.2.2)', ask: 'only AAAA', authority: NEGATIVE_SOA },
    {
      rule: 'a wildcard does not cover its own empty non-terminal (RFC 4592 2.2.2)',
      ask: 'b.ent A',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'what lies beside an existing sibling is covered (RFC 4592 2.2.1)',
      ask: 'z.b.ent TXT',
      answer: 'z.b.ent TXT "beside"',
    },
    { rule: 'the sibling is not (RFC 4592 2.2.1)', ask: 'a.b.ent TXT', authority: NEGATIVE_SOA },
    { rule: '** is no wildcard (RFC 4592 2.1.1)', ask: 'x.stars TXT', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: '** is an ordinary name (RFC 4592 2.1.1)', ask: '**.stars TXT', answer: '**.stars TXT "two asterisks"' },
    { rule: '*x is no wildcard (RFC 4592 2.1.1)', ask: 'yx.stars TXT', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: '*x is an ordinary name (RFC 4592 2.1.1)', ask: '*x.stars TXT', answer: '*x.stars TXT "starts with one"' },
    {
      rule: 'an asterisk inside a name is an ordinary label (RFC 4592 2.1.3)',
      ask: 'x.*.inner TXT',
      answer: 'x.*.inner TXT "an asterisk inside"',
    },
    {
      rule: 'an asterisk inside makes an empty non-terminal that covers (RFC 4592 2.2.2)',
      ask: 'x.q.inner TXT',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'QTYPE ANY is synthesized too (RFC 4592 2.2.1)',
      ask: 'x.only ANY',
      answer: 'x.only AAAA 2001:db8::1',
      differs: { pdns: 'any-to-tcp' },
    },
    {
      rule: 'the owner is as the client wrote it (RFC 4343 4.1)',
      ask: 'MiXeD.DEEP A',
      exact: true,
      answer: 'MiXeD.DEEP A 192.0.2.2',
      differs: { bind: 'synthesized-owner-case' },
    },
  ],
};
