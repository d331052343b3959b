import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const dname: Corner = {
  title: 'DNAME',
  zones: {
    'dname.test.': `
      old        600 DNAME  new
      old        600 TXT    "beside"
      x.new          A      192.0.2.1
      new            A      192.0.2.2
      x.y.new        A      192.0.2.3
      alias          CNAME  x.old
      out            DNAME  elsewhere.
      toroot         DNAME  .
      one            DNAME  two
      two            DNAME  new
      back           DNAME  forth
      forth          DNAME  back
      grow           DNAME  a.grow
      towild         DNAME  wild
      *.wild         A      192.0.2.4
      tocname        DNAME  names
      x.names        CNAME  x.new
      tocut          DNAME  cut
      cut            NS     ns.elsewhere.
      toent          DNAME  up.ent
      b.a.up.ent     TXT    "deep"
      zero       0   DNAME  new
      mx             MX     10 x.old
    `,
  },
  cases: [
    {
      rule: 'what is below is redirected; the CNAME has the TTL of the DNAME (RFC 6672 3.1)',
      ask: 'x.old A',
      answer: 'old 600 DNAME new\nx.old 600 CNAME x.new\nx.new A 192.0.2.1',
    },
    {
      rule: 'several labels below (RFC 6672 2.2)',
      ask: 'x.y.old A',
      answer: 'old 600 DNAME new\nx.y.old 600 CNAME x.y.new\nx.y.new A 192.0.2.3',
    },
    {
      rule: 'a DNAME of TTL 0 (RFC 6672 3.1)',
      ask: 'x.zero A',
      answer: 'zero 0 DNAME new\nx.zero 0 CNAME x.new\nx.new A 192.0.2.1',
    },
    { rule: 'the owner is not redirected (RFC 6672 2.3)', ask: 'old A', authority: NEGATIVE_SOA },
    { rule: 'other data beside it (RFC 6672 2.4)', ask: 'old TXT', answer: 'old 600 TXT "beside"' },
    { rule: 'asked for by type (RFC 6672 3.2)', ask: 'old DNAME', answer: 'old 600 DNAME new' },
    {
      rule: 'DNAME asked for below: NODATA behind it (RFC 6672 3.2)',
      ask: 'x.old DNAME',
      answer: 'old 600 DNAME new\nx.old 600 CNAME x.new',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'CNAME asked for below: the one it makes is the answer (RFC 6672 3.2)',
      ask: 'x.old CNAME',
      answer: 'old 600 DNAME new\nx.old 600 CNAME x.new',
      differs: { pdns: 'soa-beside-cname' },
    },
    {
      rule: 'ANY asked for below: the same (RFC 6672 3.2)',
      ask: 'x.old ANY',
      answer: 'old 600 DNAME new\nx.old 600 CNAME x.new',
      differs: { knot: 'any-below-dname', nsd: 'any-below-dname', pdns: 'any-to-tcp' },
    },
    {
      rule: 'the new name does not exist (RFC 6604 3)',
      ask: 'none.old A',
      rcode: 'NXDOMAIN',
      answer: 'old 600 DNAME new\nnone.old 600 CNAME none.new',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'the new name has not the type (RFC 2308 2.2)',
      ask: 'x.old TXT',
      answer: 'old 600 DNAME new\nx.old 600 CNAME x.new',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'behind a CNAME (RFC 6672 3.2)',
      ask: 'alias A',
      answer: 'alias CNAME x.old\nold 600 DNAME new\nx.old 600 CNAME x.new\nx.new A 192.0.2.1',
    },
    {
      rule: 'out of the zone (RFC 6672 3.2)',
      ask: 'x.out A',
      answer: 'out DNAME elsewhere.\nx.out CNAME x.elsewhere.',
    },
    { rule: 'to the root (RFC 6672 2.1)', ask: 'x.y.toroot A', answer: 'toroot DNAME .\nx.y.toroot CNAME x.y.' },
    {
      rule: 'one behind the other (RFC 6672 3.2)',
      ask: 'x.one A',
      answer: 'one DNAME two\nx.one CNAME x.two\ntwo DNAME new\nx.two CNAME x.new\nx.new A 192.0.2.1',
    },
    {
      rule: 'a loop: each name once (RFC 6672 2.2)',
      ask: 'x.back A',
      answer: 'back DNAME forth\nx.back CNAME x.forth\nforth DNAME back\nx.forth CNAME x.back',
      differs: { bind: 'alias-loop', knot: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'to a wildcard (RFC 4592 3.3.1)',
      ask: 'x.towild A',
      answer: 'towild DNAME wild\nx.towild CNAME x.wild\nx.wild A 192.0.2.4',
    },
    {
      rule: 'to a CNAME (RFC 6672 3.2)',
      ask: 'x.tocname A',
      answer: 'tocname DNAME names\nx.tocname CNAME x.names\nx.names CNAME x.new\nx.new A 192.0.2.1',
    },
    {
      rule: 'below a cut (RFC 1034 4.3.2 step 3b)',
      ask: 'x.tocut A',
      answer: 'tocut DNAME cut\nx.tocut CNAME x.cut',
      authority: 'cut NS ns.elsewhere.',
    },
    {
      rule: 'to an empty non-terminal (RFC 4592 2.2.2)',
      ask: 'a.toent TXT',
      answer: 'toent DNAME up.ent\na.toent CNAME a.up.ent',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'its address is not looked for as additional data (RFC 2181 10.3)',
      ask: 'mx MX',
      answer: 'mx MX 10 x.old',
    },
  ],
};
