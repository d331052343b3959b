import { type Corner, NEGATIVE_SOA } from '../corner.ts';

const LONG = Array.from({ length: 20 }, (_, i) => `l${i} CNAME l${i + 1}`);

export const aliases: Corner = {
  title: 'aliases',
  zones: {
    'alias.test.': `
      www       A      192.0.2.1
      www       AAAA   2001:db8::1
      one       CNAME  www
      two       CNAME  one
      three     CNAME  two
      self      CNAME  self
      ping      CNAME  pong
      pong      CNAME  ping
      into      CNAME  ping
      nodata    CNAME  one
      missing   CNAME  nothing
      outside   CNAME  www.elsewhere.
      toother   CNAME  www.alias-other.test.
      tocut     CNAME  www.cut
      atcut     CNAME  cut
      cut       NS     ns.cut
      ns.cut    A      192.0.2.2
      mail      MX     10 one
      upper     CNAME  WWW
      ${LONG.join('\n')}
      l20       A      192.0.2.20
    `,
    'alias-other.test.': `
      www       A      192.0.2.3
      back      CNAME  one.alias.test.
    `,
  },
  cases: [
    {
      rule: 'followed inside the zone (RFC 1034 4.3.2 step 3a)',
      ask: 'one A',
      answer: 'one CNAME www\nwww A 192.0.2.1',
    },
    {
      rule: 'a chain (RFC 1034 4.3.2 step 3a)',
      ask: 'three AAAA',
      answer: 'three CNAME two\ntwo CNAME one\none CNAME www\nwww AAAA 2001:db8::1',
    },
    { rule: 'not followed when asked for (RFC 1034 3.6.2)', ask: 'three CNAME', answer: 'three CNAME two' },
    {
      rule: 'ANY is answered with it and not followed (RFC 1034 3.6.2)',
      ask: 'three ANY',
      answer: 'three CNAME two',
      differs: { pdns: 'any-to-tcp' },
    },
    {
      rule: 'its target has not the type: NODATA with the chain (RFC 2308 2.2)',
      ask: 'nodata TXT',
      answer: 'nodata CNAME one\none CNAME www',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'its target does not exist: NXDOMAIN with the chain (RFC 6604 3)',
      ask: 'missing A',
      rcode: 'NXDOMAIN',
      answer: 'missing CNAME nothing',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'to itself: once (RFC 1034 3.6.2)',
      ask: 'self A',
      answer: 'self CNAME self',
      differs: { bind: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'a loop of two: each once (RFC 1034 3.6.2)',
      ask: 'ping A',
      answer: 'ping CNAME pong\npong CNAME ping',
      differs: { bind: 'alias-loop', pdns: 'alias-loop' },
    },
    {
      rule: 'into the loop (RFC 1034 3.6.2)',
      ask: 'into A',
      answer: 'into CNAME ping\nping CNAME pong\npong CNAME ping',
      differs: { bind: 'alias-loop', pdns: 'alias-loop' },
    },
    { rule: 'a loop asked for CNAME is no loop (RFC 1034 3.6.2)', ask: 'ping CNAME', answer: 'ping CNAME pong' },
    {
      rule: 'a long chain: as far as 17 aliases, the resolver goes on (RFC 1034 5.2.2)',
      ask: 'l0 A +tcp',
      answer: LONG.slice(0, 17).join('\n'),
      differs: {
        bind: 'alias-chain-limit',
        knot: 'alias-chain-limit',
        nsd: 'alias-chain-limit',
        pdns: 'alias-chain-limit',
      },
    },
    {
      rule: 'a chain that just fits (RFC 1034 5.2.2)',
      ask: 'l4 A +tcp',
      answer: `${LONG.slice(4).join('\n')}\nl20 A 192.0.2.20`,
      differs: { bind: 'alias-chain-limit', knot: 'alias-chain-limit', pdns: 'alias-chain-limit' },
    },
    { rule: 'out of our zones (RFC 1034 4.3.2 step 3a)', ask: 'outside A', answer: 'outside CNAME www.elsewhere.' },
    {
      rule: 'into another zone of ours: the resolver goes on (RFC 1034 4.3.2 step 3a)',
      ask: 'toother A',
      answer: 'toother CNAME www.alias-other.test.',
      differs: { nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
    {
      rule: 'below a cut: the referral in the authority section (RFC 1034 4.3.2 step 3b)',
      ask: 'tocut A',
      answer: 'tocut CNAME www.cut',
      authority: 'cut NS ns.cut',
      additional: 'ns.cut A 192.0.2.2',
    },
    {
      rule: 'to the cut itself (RFC 1034 4.3.2 step 3b)',
      ask: 'atcut A',
      answer: 'atcut CNAME cut',
      authority: 'cut NS ns.cut',
      additional: 'ns.cut A 192.0.2.2',
    },
    {
      rule: 'DS behind an alias to a cut: ours to deny (RFC 4035 3.1.4.1)',
      ask: 'atcut DS',
      answer: 'atcut CNAME cut',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'a name below an alias does not exist (RFC 1034 3.6.2)',
      ask: 'x.one A',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'an exchange that is an alias has no addresses here (RFC 2181 10.3)',
      ask: 'mail MX',
      answer: 'mail MX 10 one',
    },
    {
      rule: 'found whatever the case of the target (RFC 4343 3)',
      ask: 'upper A',
      answer: 'upper CNAME WWW\nWWW A 192.0.2.1',
    },
  ],
};
