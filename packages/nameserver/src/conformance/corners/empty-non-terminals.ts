import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const emptyNonTerminals: Corner = {
  title: 'empty non-terminals',
  zones: {
    'ent.test.': `
      a.b.c           TXT   "three labels"
      _sip._tcp.host  SRV   0 0 5060 host
      _25._tcp        TXT   "below an underscore"
      x.wild          TXT   "one above a wildcard is there"
      *.y.wild        TXT   "a wildcard makes its parents"
      ns.glue.cut     A     192.0.2.1
      cut             NS    ns.glue.cut
      under.way       NS    ns.elsewhere.
      *.beside        TXT   "covers"
      p.ent.beside    TXT   "makes an empty non-terminal"
    `,
  },
  cases: [
    { rule: 'one label above data: NODATA (RFC 4592 2.2.2)', ask: 'b.c TXT', authority: NEGATIVE_SOA },
    { rule: 'two labels above (RFC 4592 2.2.2)', ask: 'c TXT', authority: NEGATIVE_SOA },
    { rule: 'whatever the type (RFC 4592 2.2.2)', ask: 'c NS', authority: NEGATIVE_SOA },
    { rule: 'QTYPE ANY too (RFC 8020 2)', ask: 'b.c ANY', authority: NEGATIVE_SOA, differs: { pdns: 'any-to-tcp' } },
    { rule: 'DS too (RFC 4035 3.1.4.1)', ask: 'b.c DS', authority: NEGATIVE_SOA },
    { rule: 'a sibling does not exist (RFC 8020 2)', ask: 'x.b.c TXT', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'nor what is below the data (RFC 8020 2)', ask: 'x.a.b.c TXT', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'above an SRV (RFC 2782)', ask: 'host A', authority: NEGATIVE_SOA },
    { rule: '_tcp (RFC 2782)', ask: '_tcp.host SRV', authority: NEGATIVE_SOA },
    { rule: '_tcp at the apex (RFC 2782)', ask: '_tcp TXT', authority: NEGATIVE_SOA },
    { rule: 'made by a wildcard (RFC 4592 2.2.2)', ask: 'y.wild TXT', authority: NEGATIVE_SOA },
    { rule: 'above both (RFC 4592 2.2.2)', ask: 'wild TXT', authority: NEGATIVE_SOA },
    {
      rule: 'the wildcard works all the same (RFC 4592 2.2.2)',
      ask: 'z.y.wild TXT',
      answer: 'z.y.wild TXT "a wildcard makes its parents"',
    },
    {
      rule: 'glue below a cut makes none of ours (RFC 1034 4.3.2 step 3b)',
      ask: 'glue.cut A',
      flags: '',
      authority: 'cut NS ns.glue.cut',
      additional: 'ns.glue.cut A 192.0.2.1',
    },
    { rule: 'above a delegation (RFC 4592 2.2.2)', ask: 'way NS', authority: NEGATIVE_SOA },
    { rule: 'covered by no wildcard beside it (RFC 4592 2.2.2)', ask: 'ent.beside TXT', authority: NEGATIVE_SOA },
    {
      rule: 'nor is what does not exist below it (RFC 4592 3.3.1)',
      ask: 'q.ent.beside TXT',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    { rule: 'beside it the wildcard covers (RFC 4592 3.3.1)', ask: 'q.beside TXT', answer: 'q.beside TXT "covers"' },
  ],
};
