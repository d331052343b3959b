import type { Corner } from '../corner.ts';

export const wildcardAddresses: Corner = {
  title: 'addresses from a wildcard',
  zones: {
    'wildaddr.test.': `
      *.hosts      A     192.0.2.1
      *.hosts      AAAA  2001:db8::1
      there.hosts  TXT   "no address"
      mail         MX    10 mx.hosts
      mail         MX    20 there.hosts
      mail         MX    30 *.hosts
      service      SRV   0 0 80 www.hosts
      sub          NS    ns.hosts
      *.web        HTTPS 1 .
      *.web        A     192.0.2.3
      dup          MX    10 A.hosts
      dup          MX    20 a.HOSTS
      *.below.cut  A     192.0.2.2
      below.cut    NS    ns.below.cut
      toalias      MX    10 x.aliases
      *.aliases    CNAME a.hosts
    `,
    'wildaddr-ns.test.': `
      @         NS   ns.hosts
      *.hosts   A    192.0.2.4
    `,
  },
  cases: [
    {
      rule: 'an exchange that a wildcard covers has its addresses; one that exists without has none (RFC 1034 4.3.2 step 6)',
      ask: 'mail MX',
      answer: 'mail MX 10 mx.hosts\nmail MX 20 there.hosts\nmail MX 30 *.hosts',
      additional: 'mx.hosts A 192.0.2.1\nmx.hosts AAAA 2001:db8::1\n*.hosts A 192.0.2.1\n*.hosts AAAA 2001:db8::1',
      differs: { pdns: 'no-address-from-wildcard' },
    },
    {
      rule: 'the target of a service (RFC 2782)',
      ask: 'service SRV',
      answer: 'service SRV 0 0 80 www.hosts',
      additional: 'www.hosts A 192.0.2.1\nwww.hosts AAAA 2001:db8::1',
      differs: { pdns: 'no-address-from-wildcard' },
    },
    {
      rule: 'a referral has no addresses from a wildcard: glue is what the zone holds (RFC 9471 2)',
      ask: 'x.sub A',
      flags: '',
      authority: 'sub NS ns.hosts',
      differs: { knot: 'glue-from-wildcard', nsd: 'glue-from-wildcard' },
    },
    {
      rule: 'below a cut a wildcard is the business of the child (RFC 1034 4.3.2 step 3b)',
      ask: 'x.below.cut A',
      flags: '',
      authority: 'below.cut NS ns.below.cut',
      differs: { knot: 'glue-from-wildcard', nsd: 'glue-from-wildcard' },
    },
    { rule: 'an alias at the wildcard is none (RFC 2181 10.3)', ask: 'toalias MX', answer: 'toalias MX 10 x.aliases' },
    {
      rule: 'the servers of the zone itself (RFC 1034 4.3.2 step 6)',
      ask: 'wildaddr-ns.test. NS',
      answer: 'wildaddr-ns.test. NS ns.elsewhere.\nwildaddr-ns.test. NS ns.hosts.wildaddr-ns.test.',
      additional: 'ns.hosts.wildaddr-ns.test. A 192.0.2.4',
      differs: { pdns: 'no-address-from-wildcard' },
    },
    {
      rule: 'a service made from a wildcard that is its own target (RFC 9460 2.5.2)',
      ask: 'x.web HTTPS',
      answer: 'x.web HTTPS 1 .',
      additional: 'x.web A 192.0.2.3',
      differs: {
        knot: 'service-at-its-own-target',
        nsd: 'service-at-its-own-target',
        pdns: 'no-address-from-wildcard',
      },
    },
    {
      rule: 'each once, whatever the case (RFC 2181 5)',
      ask: 'dup MX',
      answer: 'dup MX 10 A.hosts\ndup MX 20 a.HOSTS',
      additional: 'a.hosts A 192.0.2.1\na.hosts AAAA 2001:db8::1',
      differs: { pdns: 'no-address-from-wildcard', knot: 'duplicate-additional' },
    },
  ],
};
