import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const delegatingWildcard: Corner = {
  title: 'NS at a wildcard',
  zones: {
    'wildns.test.': `
      *.cut         NS    ns.elsewhere.
      *.glued       NS    ns.x.glued
      ns.x.glued    A     192.0.2.4
      there.cut     A     192.0.2.5
    `,
  },
  without: { bind: 'refuses the zone: invalid NS owner name (wildcard)' },
  cases: [
    {
      rule: 'it delegates the name asked for, which is left undefined (RFC 4592 4.2)',
      ask: 'x.cut A',
      flags: '',
      authority: 'x.cut NS ns.elsewhere.',
      differs: { knot: 'ns-at-wildcard', nsd: 'ns-at-wildcard', pdns: 'ns-at-wildcard' },
    },
    {
      rule: 'and its descendants (RFC 4592 4.2)',
      ask: 'y.x.cut A',
      flags: '',
      authority: 'y.x.cut NS ns.elsewhere.',
      differs: { knot: 'ns-at-wildcard', nsd: 'ns-at-wildcard', pdns: 'ns-at-wildcard' },
    },
    {
      rule: 'asked for by name it delegates itself (RFC 4592 4.2)',
      ask: '*.cut A',
      flags: '',
      authority: '*.cut NS ns.elsewhere.',
    },
    { rule: 'a name that exists is not covered (RFC 4592 4.2)', ask: 'there.cut A', answer: 'there.cut A 192.0.2.5' },
    { rule: 'DS of the name asked for is ours to deny (RFC 4592 4.2)', ask: 'x.cut DS', authority: NEGATIVE_SOA },
    {
      rule: 'its servers below the asterisk (RFC 4592 4.2)',
      ask: 'x.glued A',
      authority: NEGATIVE_SOA,
    },
  ],
};
