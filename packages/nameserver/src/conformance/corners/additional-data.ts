import type { Corner } from '../corner.ts';

export const additionalData: Corner = {
  title: 'additional data',
  zones: {
    'additional.test.': `
      host           A      192.0.2.1
      host           AAAA   2001:db8::1
      other     60   A      192.0.2.2
      mx             MX     10 host
      mx             MX     20 other
      mx             MX     30 host
      null           MX     0 .
      _x._tcp        SRV    0 0 80 host
      _none._tcp     SRV    0 0 0 .
      afsdb          AFSDB  1 host
      naptr          NAPTR  0 0 "a" "" "" host.additional.test.
      kx             KX     10 host.additional.test.
      svcb           SVCB   1 host.additional.test. alpn=h2
      owner          HTTPS  1 . alpn=h2
      owner          A      192.0.2.3
      aliasmode      HTTPS  0 host.additional.test.
      nowhere        HTTPS  0 .
      nowhere        A      192.0.2.4
      tosvcb         SVCB   1 chain.additional.test.
      chain          SVCB   1 host.additional.test.
      loop           MX     10 loop
      loop           A      192.0.2.5
      ptr            PTR    host
      rp             RP     host host
    `,
  },
  cases: [
    {
      rule: 'each address once, with its own TTL (RFC 1034 4.3.2 step 6)',
      ask: 'mx MX',
      answer: 'mx MX 10 host\nmx MX 20 other\nmx MX 30 host',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1\nother 60 A 192.0.2.2',
      differs: { knot: 'duplicate-additional' },
    },
    { rule: 'no exchange (RFC 7505 3)', ask: 'null MX', answer: 'null MX 0 .' },
    {
      rule: 'a service (RFC 2782)',
      ask: '_x._tcp SRV',
      answer: '_x._tcp SRV 0 0 80 host',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1',
    },
    { rule: 'no service (RFC 2782)', ask: '_none._tcp SRV', answer: '_none._tcp SRV 0 0 0 .' },
    {
      rule: 'AFSDB (RFC 1183 1)',
      ask: 'afsdb AFSDB',
      answer: 'afsdb AFSDB 1 host',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1',
      differs: { knot: 'addresses-of-old-types', nsd: 'addresses-of-old-types', pdns: 'addresses-of-old-types' },
    },
    {
      rule: 'KX (RFC 2230 3)',
      ask: 'kx KX',
      answer: 'kx KX 10 host',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1',
      differs: { knot: 'addresses-of-old-types', pdns: 'addresses-of-old-types' },
    },
    {
      rule: 'NAPTR (RFC 3403 4.2)',
      ask: 'naptr NAPTR',
      answer: 'naptr NAPTR 0 0 "a" "" "" host.additional.test.',
      differs: { bind: 'naptr-addresses' },
    },
    {
      rule: 'SVCB (RFC 9460 4.1)',
      ask: 'svcb SVCB',
      answer: 'svcb SVCB 1 host alpn=h2',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1',
      differs: { nsd: 'svcb-without-addresses' },
    },
    {
      rule: 'HTTPS at its own target (RFC 9460 2.5.2)',
      ask: 'owner HTTPS',
      answer: 'owner HTTPS 1 . alpn=h2',
      additional: 'owner A 192.0.2.3',
      differs: { nsd: 'service-at-its-own-target', knot: 'service-at-its-own-target' },
    },
    {
      rule: 'HTTPS in AliasMode (RFC 9460 2.4.2, 4.1)',
      ask: 'aliasmode HTTPS',
      answer: 'aliasmode HTTPS 0 host',
      additional: 'host A 192.0.2.1\nhost AAAA 2001:db8::1',
      differs: { nsd: 'svcb-without-addresses' },
    },
    {
      rule: 'AliasMode to nowhere (RFC 9460 2.5.1)',
      ask: 'nowhere HTTPS',
      answer: 'nowhere HTTPS 0 .',
      differs: { pdns: 'alias-mode-to-nowhere' },
    },
    {
      rule: 'an exchange that is the owner (RFC 1034 4.3.2 step 6)',
      ask: 'loop MX',
      answer: 'loop MX 10 loop',
      additional: 'loop A 192.0.2.5',
    },
    { rule: 'none for PTR (RFC 1035 3.3.12)', ask: 'ptr PTR', answer: 'ptr PTR host' },
    { rule: 'none for RP (RFC 1183 2.2)', ask: 'rp RP', answer: 'rp RP host host' },
  ],
};
