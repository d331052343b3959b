import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const wildcardAliases: Corner = {
  title: 'wildcards and aliases',
  zones: {
    'wildalias.test.': `
      target          A      192.0.2.1
      *.host          A      192.0.2.2
      *.host          MX     10 x.host
      *.alias         CNAME  target
      *.tohost        CNAME  a.b.host
      *.dangling      CNAME  nothing.at.all
      *.nodata        CNAME  mx.only
      mx.only         MX     10 target
      *.self          CNAME  x.self
      *.growing       CNAME  *.growing
      *.outside       CNAME  www.elsewhere.
      tohost          CNAME  q.host
      toalias         CNAME  q.alias
      chain           CNAME  q.tohost
      tocut           CNAME  x.cut
      cut             NS     ns.elsewhere.
      toapex          CNAME  @
      toent           CNAME  host
    `,
  },
  cases: [
    {
      rule: 'CNAME to a name that a wildcard covers (RFC 4592 3.3.1)',
      ask: 'tohost A',
      answer: 'tohost CNAME q.host\nq.host A 192.0.2.2',
    },
    {
      rule: 'and which has not the type: NODATA behind the CNAME (RFC 2308 2.2.1)',
      ask: 'tohost TXT',
      answer: 'tohost CNAME q.host',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'CNAME at a wildcard (RFC 4592 4.4)',
      ask: 'x.alias A',
      answer: 'x.alias CNAME target\ntarget A 192.0.2.1',
    },
    {
      rule: 'CNAME at a wildcard asked for as a type (RFC 1034 4.3.2)',
      ask: 'x.alias CNAME',
      answer: 'x.alias CNAME target',
      differs: { pdns: 'soa-beside-cname' },
    },
    {
      rule: 'CNAME at the wildcard itself (RFC 4592 2.3)',
      ask: '*.alias A',
      answer: '*.alias CNAME target\ntarget A 192.0.2.1',
    },
    {
      rule: 'wildcard to wildcard (RFC 4592 4.4)',
      ask: 'x.tohost A',
      answer: 'x.tohost CNAME a.b.host\na.b.host A 192.0.2.2',
    },
    {
      rule: 'CNAME to a CNAME at a wildcard (RFC 4592 4.4)',
      ask: 'toalias A',
      answer: 'toalias CNAME q.alias\nq.alias CNAME target\ntarget A 192.0.2.1',
    },
    {
      rule: 'three of them (RFC 4592 4.4)',
      ask: 'chain A',
      answer: 'chain CNAME q.tohost\nq.tohost CNAME a.b.host\na.b.host A 192.0.2.2',
    },
    {
      rule: 'additional data behind them, from a wildcard again (RFC 1034 4.3.2 step 6)',
      ask: 'chain MX',
      answer: 'chain CNAME q.tohost\nq.tohost CNAME a.b.host\na.b.host MX 10 x.host',
      additional: 'x.host A 192.0.2.2',
      differs: { pdns: 'no-address-from-wildcard' },
    },
    {
      rule: 'to a name that does not exist: NXDOMAIN, of that name (RFC 6604 3)',
      ask: 'x.dangling A',
      rcode: 'NXDOMAIN',
      answer: 'x.dangling CNAME nothing.at.all',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'to a name without the type: NODATA (RFC 2308 2.2)',
      ask: 'x.nodata A',
      answer: 'x.nodata CNAME mx.only',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'that name with the type (RFC 4592 4.4)',
      ask: 'x.nodata MX',
      answer: 'x.nodata CNAME mx.only\nmx.only MX 10 target',
      additional: 'target A 192.0.2.1',
    },
    {
      rule: 'a wildcard CNAME to a name it covers itself: each name once (RFC 1034 3.6.2)',
      ask: 'x.self A',
      answer: 'x.self CNAME x.self',
      differs: { bind: 'alias-loop', knot: 'alias-loop', nsd: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'another name of it first (RFC 1034 3.6.2)',
      ask: 'y.self A',
      answer: 'y.self CNAME x.self\nx.self CNAME x.self',
      differs: { bind: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'a wildcard CNAME to itself (RFC 1034 3.6.2)',
      ask: 'y.growing A',
      answer: 'y.growing CNAME *.growing\n*.growing CNAME *.growing',
      differs: { bind: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'out of our zones: the resolver goes on (RFC 1034 4.3.2 step 3a)',
      ask: 'x.outside A',
      answer: 'x.outside CNAME www.elsewhere.',
    },
    {
      rule: 'to a delegated name: the referral goes along, AA stands for the alias (RFC 2181 6.1)',
      ask: 'tocut A',
      answer: 'tocut CNAME x.cut',
      authority: 'cut NS ns.elsewhere.',
    },
    {
      rule: 'to the apex (RFC 1034 4.3.2 step 3a)',
      ask: 'toapex MX',
      answer: 'toapex CNAME @',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'to an empty non-terminal above a wildcard (RFC 4592 2.2.2)',
      ask: 'toent A',
      answer: 'toent CNAME host',
      authority: NEGATIVE_SOA,
    },
  ],
};
