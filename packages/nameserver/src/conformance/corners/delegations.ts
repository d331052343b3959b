import { type Corner, NEGATIVE_SOA } from '../corner.ts';

const DS = `1 8 2 ${'AB'.repeat(32)}`;

export const delegations: Corner = {
  title: 'delegations',
  zones: {
    'cut.test.': `
      www          A     192.0.2.1
      plain   600  NS    ns1.elsewhere.
      plain   600  NS    ns2.elsewhere.
      secure       NS    ns.elsewhere.
      secure       DS    ${DS}
      secure       TXT   "occluded"
      a.deep.down  NS    ns.elsewhere.
      outer        NS    ns.elsewhere.
      inner.outer  NS    ns.inner.outer
      ns.inner.outer A   192.0.2.2
      Mixed        NS    ns.elsewhere.
      zero    0    NS    ns.elsewhere.
      noglue       NS    ns.noglue
    `,
  },
  cases: [
    {
      rule: 'below a cut: NS in the authority section with their TTL, no AA, no SOA (RFC 1034 4.3.2 step 3b)',
      ask: 'www.plain A',
      flags: '',
      authority: 'plain 600 NS ns1.elsewhere.\nplain 600 NS ns2.elsewhere.',
    },
    {
      rule: 'at the cut (RFC 1034 4.3.2 step 3b)',
      ask: 'plain A',
      flags: '',
      authority: 'plain 600 NS ns1.elsewhere.\nplain 600 NS ns2.elsewhere.',
    },
    {
      rule: 'NS asked for at the cut is a referral too (RFC 2181 6.1)',
      ask: 'plain NS',
      flags: '',
      authority: 'plain 600 NS ns1.elsewhere.\nplain 600 NS ns2.elsewhere.',
    },
    { rule: 'SOA at the cut (RFC 2181 6.1)', ask: 'secure SOA', flags: '', authority: 'secure NS ns.elsewhere.' },
    {
      rule: 'ANY at the cut (RFC 2181 6.1)',
      ask: 'secure ANY',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
      differs: { pdns: 'any-to-tcp' },
    },
    { rule: 'DS at the cut is ours (RFC 4035 3.1.4.1)', ask: 'secure DS', answer: `secure DS ${DS}` },
    { rule: 'DS that is not there: NODATA (RFC 4035 3.1.4.1)', ask: 'plain DS', authority: NEGATIVE_SOA },
    {
      rule: 'DS below the cut is not ours (RFC 4035 3.1.4.1)',
      ask: 'x.secure DS',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
    },
    {
      rule: 'NSEC at the cut of an unsigned zone (RFC 4035 3.1.4)',
      ask: 'secure NSEC',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
    },
    {
      rule: 'RRSIG at the cut of an unsigned zone (RFC 4035 3.1.4)',
      ask: 'secure RRSIG',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
      differs: { pdns: 'rrsig-refused' },
    },
    {
      rule: 'DNSKEY at the cut is the child’s (RFC 4035 3.1.4)',
      ask: 'secure DNSKEY',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
    },
    {
      rule: 'data at the cut is not ours (RFC 2136 7.18)',
      ask: 'secure TXT',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
    },
    {
      rule: 'without signatures no DS in the referral, with DO neither (RFC 4035 3.1.4)',
      ask: 'secure A +do',
      flags: '',
      authority: 'secure NS ns.elsewhere.',
    },
    { rule: 'far above a cut: an empty non-terminal (RFC 4592 2.2.2)', ask: 'down A', authority: NEGATIVE_SOA },
    { rule: 'beside a cut (RFC 8020 2)', ask: 'b.deep.down A', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    {
      rule: 'the highest cut counts (RFC 1034 4.3.2 step 3b)',
      ask: 'x.inner.outer A',
      flags: '',
      authority: 'outer NS ns.elsewhere.',
      differs: { pdns: 'lowest-cut' },
    },
    {
      rule: 'glue is not answered with (RFC 2181 5.4.1)',
      ask: 'ns.inner.outer A',
      flags: '',
      authority: 'outer NS ns.elsewhere.',
      differs: { pdns: 'lowest-cut' },
    },
    { rule: 'whatever the case (RFC 4343 3)', ask: 'X.MIXED A', flags: '', authority: 'mixed NS ns.elsewhere.' },
    { rule: 'a TTL of 0 (RFC 1035 3.2.1)', ask: 'x.zero A', flags: '', authority: 'zero 0 NS ns.elsewhere.' },
    {
      rule: 'a server below the cut without address (RFC 1912 2.3)',
      ask: 'x.noglue A',
      flags: '',
      authority: 'noglue NS ns.noglue',
    },
    {
      rule: 'RD is copied and means nothing (RFC 1035 4.1.1)',
      ask: 'x.secure A +rd',
      flags: 'rd',
      authority: 'secure NS ns.elsewhere.',
    },
  ],
};
