import type { Corner } from '../corner.ts';

const soa = (zone: string) => `${zone} 60 SOA ns.${zone} hostmaster.${zone} 1 7200 600 86400 60`;
const DS = `1 8 2 ${'AB'.repeat(32)}`;

export const nestedZones: Corner = {
  title: 'zones below zones on the same server',
  zones: {
    'outer.test.': `
      www               A     192.0.2.1
      mid               NS    ns.mid
      mid               DS    ${DS}
      ns.mid            A     192.0.2.2
      hole              NS    ns.elsewhere.
      tomid             CNAME www.mid
      mx                MX    10 www.mid
      *                 TXT   "outer"
      www.undelegated   TXT   "hidden by a zone that nobody delegated"
      undelegated       TXT   "hidden too"
    `,
    'mid.outer.test.': `
      ns                A     192.0.2.3
      www               A     192.0.2.4
      up                CNAME www.outer.test.
      inner             NS    ns.inner
      ns.inner          A     192.0.2.5
    `,
    'inner.mid.outer.test.': `
      www               A     192.0.2.6
    `,
    'deep.hole.outer.test.': `
      www               A     192.0.2.7
    `,
    'undelegated.outer.test.': `
      www               A     192.0.2.8
    `,
  },
  cases: [
    {
      rule: 'the zone nearest to the name answers (RFC 1034 4.3.2 step 2)',
      ask: 'www.mid A',
      answer: 'www.mid A 192.0.2.4',
    },
    { rule: 'two zones down (RFC 1034 4.3.2 step 2)', ask: 'www.inner.mid A', answer: 'www.inner.mid A 192.0.2.6' },
    { rule: 'at its apex it is no referral (RFC 1034 4.3.2 step 2)', ask: 'mid NS', answer: 'mid NS ns.elsewhere.' },
    { rule: 'SOA (RFC 1034 4.3.2 step 2)', ask: 'mid SOA', answer: soa('mid.outer.test.').replace(' 60 ', ' 3600 ') },
    { rule: 'NODATA with its own SOA (RFC 2308 3)', ask: 'mid A', authority: soa('mid.outer.test.') },
    {
      rule: 'NXDOMAIN with its own SOA, whatever wildcard is above (RFC 2308 3)',
      ask: 'nothing.mid TXT',
      rcode: 'NXDOMAIN',
      authority: soa('mid.outer.test.'),
    },
    { rule: 'authoritative data wins over glue (RFC 2181 5.4.1)', ask: 'ns.mid A', answer: 'ns.mid A 192.0.2.3' },
    { rule: 'DS of the zone below is the parent’s (RFC 4035 3.1.4.1)', ask: 'mid DS', answer: `mid DS ${DS}` },
    {
      rule: 'DS that the parent has not: NODATA of the parent (RFC 4035 3.1.4.1)',
      ask: 'inner.mid DS',
      authority: soa('mid.outer.test.'),
    },
    { rule: 'DS at the apex of the highest zone (RFC 4035 3.1.4.1)', ask: '@ DS', authority: soa('outer.test.') },
    {
      rule: 'a zone whose parent is elsewhere, though its grandparent is here (RFC 1034 4.3.2 step 2)',
      ask: 'www.deep.hole A',
      answer: 'www.deep.hole A 192.0.2.7',
    },
    {
      rule: 'beside it the delegation counts (RFC 1034 4.3.2 step 3b)',
      ask: 'x.hole A',
      flags: '',
      authority: 'hole NS ns.elsewhere.',
    },
    {
      rule: 'DS of it: nobody here knows, so NODATA of its own (RFC 4035 3.1.4.1)',
      ask: 'deep.hole DS',
      authority: soa('deep.hole.outer.test.'),
      differs: {
        bind: 'ds-without-the-parent',
        knot: 'ds-without-the-parent',
        nsd: 'ds-without-the-parent',
        pdns: 'ds-without-the-parent',
      },
    },
    {
      rule: 'a zone that nobody delegated answers all the same (RFC 1034 4.3.2 step 2)',
      ask: 'www.undelegated A',
      answer: 'www.undelegated A 192.0.2.8',
    },
    {
      rule: 'and hides what its parent has there (RFC 1034 4.3.2 step 2)',
      ask: 'www.undelegated TXT',
      authority: soa('undelegated.outer.test.'),
    },
    { rule: 'DS of it: NODATA of the parent (RFC 4035 3.1.4.1)', ask: 'undelegated DS', authority: soa('outer.test.') },
    {
      rule: 'DS below it is an ordinary question (RFC 4035 3.1.4.1)',
      ask: 'www.undelegated DS',
      authority: soa('undelegated.outer.test.'),
    },
    {
      rule: 'an alias into the zone below: as the zone above knows it (RFC 1034 4.3.2 step 3a)',
      ask: 'tomid A',
      answer: 'tomid CNAME www.mid',
      authority: 'mid NS ns.mid',
      additional: 'ns.mid A 192.0.2.2',
      differs: { bind: 'alias-into-another-zone', nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
    {
      rule: 'an alias out of it (RFC 1034 4.3.2 step 3a)',
      ask: 'up.mid A',
      answer: 'up.mid CNAME www',
      differs: { nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
    { rule: 'an exchange in the zone below (RFC 1034 4.3.2 step 6)', ask: 'mx MX', answer: 'mx MX 10 www.mid' },
  ],
};
