import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const wildcardDelegations: Corner = {
  title: 'wildcards and delegations',
  zones: {
    'wildcut.test.': `
      *             A     192.0.2.1
      only          NS    ns.only
      ns.only       A     192.0.2.2
      *.only        A     192.0.2.3
      x.only        TXT   "occluded"
      *.mixed       TXT   "covers"
      cut.mixed     NS    ns.elsewhere.
      *.cut.mixed   TXT   "occluded"
    `,
  },
  cases: [
    {
      rule: 'a wildcard at the apex does not cover a delegated name (RFC 4592 2.2.1)',
      ask: 'only A',
      flags: '',
      authority: 'only NS ns.only',
      additional: 'ns.only A 192.0.2.2',
    },
    {
      rule: 'nor what is below one (RFC 4592 2.2.1)',
      ask: 'y.only A',
      flags: '',
      authority: 'only NS ns.only',
      additional: 'ns.only A 192.0.2.2',
    },
    {
      rule: 'a wildcard below a cut is not our data (RFC 1034 4.3.2 step 3b)',
      ask: 'z.y.only A',
      flags: '',
      authority: 'only NS ns.only',
      additional: 'ns.only A 192.0.2.2',
    },
    {
      rule: 'nor by name (RFC 1034 4.3.2 step 3b)',
      ask: '*.only A',
      flags: '',
      authority: 'only NS ns.only',
      additional: 'ns.only A 192.0.2.2',
    },
    {
      rule: 'nor is an existing name below a cut (RFC 1034 4.3.2 step 3b)',
      ask: 'x.only TXT',
      flags: '',
      authority: 'only NS ns.only',
      additional: 'ns.only A 192.0.2.2',
    },
    {
      rule: 'beside a cut the wildcard covers (RFC 4592 2.2.1)',
      ask: 'y.mixed TXT',
      answer: 'y.mixed TXT "covers"',
    },
    {
      rule: 'at the cut it does not (RFC 4592 2.2.1)',
      ask: 'cut.mixed TXT',
      flags: '',
      authority: 'cut.mixed NS ns.elsewhere.',
    },
    {
      rule: 'below the cut neither (RFC 4592 2.2.1)',
      ask: 'y.cut.mixed TXT',
      flags: '',
      authority: 'cut.mixed NS ns.elsewhere.',
    },
    {
      rule: 'DS at the cut is ours to deny (RFC 4035 3.1.4.1)',
      ask: 'cut.mixed DS',
      authority: NEGATIVE_SOA,
    },
  ],
};
