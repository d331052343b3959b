import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const glue: Corner = {
  title: 'glue',
  zones: {
    'glue.test.': `
      @            NS    ns1
      ns1          A     192.0.2.1
      ns1          AAAA  2001:db8::1
      in      600  NS    ns.in
      in      600  NS    in
      ns.in   60   A     192.0.2.2
      ns.in   60   AAAA  2001:db8::2
      in           A     192.0.2.3
      inzone       NS    ns1
      out          NS    ns.glue-other.test.
      out          NS    ns.elsewhere.
      sibling      NS    ns.in
      cyclic1      NS    ns.cyclic2
      cyclic2      NS    ns.cyclic1
      ns.cyclic1   A     192.0.2.4
      ns.cyclic2   A     192.0.2.5
      mixed        NS    ns.mixed
      mixed        NS    ns.in
      mixed        NS    ns1
      mixed        NS    ns.elsewhere.
      ns.mixed     A     192.0.2.6
      deep         NS    a.b.c.deep
      a.b.c.deep   A     192.0.2.7
      mx           MX    10 host.in
      mx           MX    20 ns1
      host.in      A     192.0.2.8
      v6           NS    ns.v6
      ns.v6        AAAA  2001:db8::6
    `,
    'glue-other.test.': 'ns A 192.0.2.9',
  },
  cases: [
    {
      rule: 'below the cut and at it, with their TTLs (RFC 9471 3.1)',
      ask: 'x.in A',
      flags: '',
      authority: 'in 600 NS ns.in\nin 600 NS in',
      additional: 'ns.in 60 A 192.0.2.2\nns.in 60 AAAA 2001:db8::2\nin A 192.0.2.3',
    },
    {
      rule: 'asked for by name: the referral (RFC 2181 5.4.1)',
      ask: 'ns.in A',
      flags: '',
      authority: 'in 600 NS ns.in\nin 600 NS in',
      additional: 'ns.in 60 A 192.0.2.2\nns.in 60 AAAA 2001:db8::2\nin A 192.0.2.3',
    },
    {
      rule: 'the server is in this zone, with authority (RFC 1034 4.2.1)',
      ask: 'x.inzone A',
      flags: '',
      authority: 'inzone NS ns1',
      additional: 'ns1 A 192.0.2.1\nns1 AAAA 2001:db8::1',
      differs: { bind: 'authoritative-address-in-referral' },
    },
    {
      rule: 'out of bailiwick there is none, though another zone of ours has the address (RFC 9471 2.2)',
      ask: 'x.out A',
      flags: '',
      authority: 'out NS ns.glue-other.test.\nout NS ns.elsewhere.',
    },
    {
      rule: 'of a sibling (RFC 9471 3.2)',
      ask: 'x.sibling A',
      flags: '',
      authority: 'sibling NS ns.in',
      additional: 'ns.in 60 A 192.0.2.2\nns.in 60 AAAA 2001:db8::2',
    },
    {
      rule: 'of siblings that need each other (RFC 9471 3.3)',
      ask: 'x.cyclic1 A',
      flags: '',
      authority: 'cyclic1 NS ns.cyclic2',
      additional: 'ns.cyclic2 A 192.0.2.5',
    },
    {
      rule: 'the other way round (RFC 9471 3.3)',
      ask: 'x.cyclic2 A',
      flags: '',
      authority: 'cyclic2 NS ns.cyclic1',
      additional: 'ns.cyclic1 A 192.0.2.4',
    },
    {
      rule: 'all kinds together (RFC 9471 3)',
      ask: 'x.mixed A',
      flags: '',
      authority: 'mixed NS ns.mixed\nmixed NS ns.in\nmixed NS ns1\nmixed NS ns.elsewhere.',
      additional:
        'ns.mixed A 192.0.2.6\nns.in 60 A 192.0.2.2\nns.in 60 AAAA 2001:db8::2\nns1 A 192.0.2.1\nns1 AAAA 2001:db8::1',
      differs: { bind: 'authoritative-address-in-referral' },
    },
    {
      rule: 'labels below the cut (RFC 9471 3.1)',
      ask: 'x.deep A',
      flags: '',
      authority: 'deep NS a.b.c.deep',
      additional: 'a.b.c.deep A 192.0.2.7',
    },
    {
      rule: 'IPv6 only (RFC 3596 3)',
      ask: 'x.v6 A',
      flags: '',
      authority: 'v6 NS ns.v6',
      additional: 'ns.v6 AAAA 2001:db8::6',
    },
    {
      rule: 'is no address for anything but a server (RFC 2181 5.4.1)',
      ask: 'mx MX',
      answer: 'mx MX 10 host.in\nmx MX 20 ns1',
      additional: 'ns1 A 192.0.2.1\nns1 AAAA 2001:db8::1',
      differs: { knot: 'occluded-addresses', pdns: 'occluded-addresses' },
    },
    {
      rule: 'the servers of the zone itself (RFC 1034 4.3.2 step 6)',
      ask: '@ NS',
      answer: '@ NS ns.elsewhere.\n@ NS ns1',
      additional: 'ns1 A 192.0.2.1\nns1 AAAA 2001:db8::1',
    },
    { rule: 'does not make the cut a host (RFC 4035 3.1.4.1)', ask: 'in DS', authority: NEGATIVE_SOA },
  ],
};
