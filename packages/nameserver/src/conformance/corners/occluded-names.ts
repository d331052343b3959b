import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const occludedNames: Corner = {
  title: 'occluded names',
  zones: {
    'occluded.test.': `
      cut           NS    ns.elsewhere.
      www.cut       A     192.0.2.1
      mail.cut      MX    10 www.cut
      alias.cut     CNAME visible
      *.cut         TXT   "wildcard"
      lower.cut     NS    ns.lower.cut
      ns.lower.cut  A     192.0.2.2
      deep.x.cut    DNAME visible
      visible       A     192.0.2.3
      tocut         CNAME www.cut
      moved         DNAME new
      tomoved       MX    10 x.moved
      tooccluded    MX    10 www.cut
      service       SRV   0 0 1 www.cut
    `,
  },
  cases: [
    { rule: 'an address below a cut (RFC 2136 7.18)', ask: 'www.cut A', flags: '', authority: 'cut NS ns.elsewhere.' },
    { rule: 'another type of it (RFC 2136 7.18)', ask: 'www.cut TXT', flags: '', authority: 'cut NS ns.elsewhere.' },
    { rule: 'other data (RFC 2136 7.18)', ask: 'mail.cut MX', flags: '', authority: 'cut NS ns.elsewhere.' },
    {
      rule: 'an alias is not followed (RFC 2136 7.18)',
      ask: 'alias.cut A',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
    },
    { rule: 'nor told (RFC 2136 7.18)', ask: 'alias.cut CNAME', flags: '', authority: 'cut NS ns.elsewhere.' },
    { rule: 'a wildcard (RFC 2136 7.18)', ask: 'x.cut TXT', flags: '', authority: 'cut NS ns.elsewhere.' },
    { rule: 'a DNAME (RFC 2136 7.18)', ask: 'y.deep.x.cut A', flags: '', authority: 'cut NS ns.elsewhere.' },
    {
      rule: 'a lower cut and its glue (RFC 2136 7.18)',
      ask: 'x.lower.cut A',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
      differs: { pdns: 'lowest-cut' },
    },
    {
      rule: 'DS at the lower cut (RFC 4035 3.1.4.1)',
      ask: 'lower.cut DS',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
      differs: { pdns: 'lowest-cut' },
    },
    {
      rule: 'ANY (RFC 2136 7.18)',
      ask: 'www.cut ANY',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
      differs: { pdns: 'any-to-tcp' },
    },
    {
      rule: 'behind an alias (RFC 1034 4.3.2 step 3b)',
      ask: 'tocut A',
      answer: 'tocut CNAME www.cut',
      authority: 'cut NS ns.elsewhere.',
    },
    {
      rule: 'as the target of an MX it has no address here (RFC 2181 5.4.1)',
      ask: 'tooccluded MX',
      answer: 'tooccluded MX 10 www.cut',
      differs: { knot: 'occluded-addresses', pdns: 'occluded-addresses' },
    },
    {
      rule: 'as the target of an SRV neither (RFC 2181 5.4.1)',
      ask: 'service SRV',
      answer: 'service SRV 0 0 1 www.cut',
      differs: { knot: 'occluded-addresses', pdns: 'occluded-addresses' },
    },
    {
      rule: 'below a DNAME there is no address to add (RFC 6672 2.4)',
      ask: 'tomoved MX',
      answer: 'tomoved MX 10 x.moved',
    },
    { rule: 'names beside the cut are not (RFC 1034 4.3.2)', ask: 'visible MX', authority: NEGATIVE_SOA },
  ],
};
