import type { Corner } from '../corner.ts';

const soa = (zone: string, ttl: number, minimum: number) =>
  `${zone} ${ttl} SOA ns.${zone} hostmaster.${zone} 1 7200 600 86400 ${minimum}`;

export const ttls: Corner = {
  title: 'TTLs',
  zones: {
    'ttl.test.': `
      @     3600  SOA    ns hostmaster 1 7200 600 86400 60
      @     1800  NS     ns.elsewhere.
      zero  0     A      192.0.2.1
      max   2147483647 A 192.0.2.2
      week  1w    A      192.0.2.3
      alias 10    CNAME  week
      sub   20    NS     ns.sub
      ns.sub 30   A      192.0.2.5
      *.w   40    A      192.0.2.6
      old   50    DNAME  new
      x.new 70    A      192.0.2.7
    `,
    'ttl-short.test.': `
      @     30    SOA    ns hostmaster 1 7200 600 86400 3600
      @           NS     ns.elsewhere.
    `,
    'ttl-zero.test.': `
      @     300   SOA    ns hostmaster 1 7200 600 86400 0
      @           NS     ns.elsewhere.
    `,
    'ttl-equal.test.': `
      @     300   SOA    ns hostmaster 1 7200 600 86400 300
      @           NS     ns.elsewhere.
    `,
  },
  cases: [
    { rule: 'an RRset keeps its TTL (RFC 2181 5.2)', ask: '@ NS', answer: '@ 1800 NS ns.elsewhere.' },
    { rule: 'a TTL of 0 (RFC 2181 8)', ask: 'zero A', answer: 'zero 0 A 192.0.2.1' },
    { rule: 'the largest TTL (RFC 2181 8)', ask: 'max A', answer: 'max 2147483647 A 192.0.2.2' },
    { rule: 'a TTL in weeks (RFC 1035 5.1)', ask: 'week A', answer: 'week 604800 A 192.0.2.3' },
    {
      rule: 'each RRset of a chain its own (RFC 1034 3.6.2)',
      ask: 'alias A',
      answer: 'alias 10 CNAME week\nweek 604800 A 192.0.2.3',
    },
    {
      rule: 'each of a referral (RFC 1034 4.3.2 step 3b)',
      ask: 'x.sub A',
      flags: '',
      authority: 'sub 20 NS ns.sub',
      additional: 'ns.sub 30 A 192.0.2.5',
    },
    { rule: 'from a wildcard (RFC 4592 3.3.1)', ask: 'x.w A', answer: 'x.w 40 A 192.0.2.6' },
    {
      rule: 'a CNAME made from a DNAME has the TTL of the DNAME (RFC 6672 3.1)',
      ask: 'x.old A',
      answer: 'old 50 DNAME new\nx.old 50 CNAME x.new\nx.new 70 A 192.0.2.7',
    },
    { rule: 'SOA asked for has its own TTL (RFC 2308 3)', ask: '@ SOA', answer: soa('ttl.test.', 3600, 60) },
    {
      rule: 'in NXDOMAIN the MINIMUM when that is lower (RFC 2308 5)',
      ask: 'nothing A',
      rcode: 'NXDOMAIN',
      authority: soa('ttl.test.', 60, 60),
    },
    { rule: 'in NODATA too (RFC 2308 5)', ask: 'zero TXT', authority: soa('ttl.test.', 60, 60) },
    {
      rule: 'its own TTL when that is lower (RFC 2308 5)',
      ask: 'x.ttl-short.test. A',
      rcode: 'NXDOMAIN',
      authority: soa('ttl-short.test.', 30, 3600),
    },
    {
      rule: 'a MINIMUM of 0 (RFC 2308 5)',
      ask: 'x.ttl-zero.test. A',
      rcode: 'NXDOMAIN',
      authority: soa('ttl-zero.test.', 0, 0),
    },
    {
      rule: 'both the same (RFC 2308 5)',
      ask: 'x.ttl-equal.test. A',
      rcode: 'NXDOMAIN',
      authority: soa('ttl-equal.test.', 300, 300),
    },
  ],
};
