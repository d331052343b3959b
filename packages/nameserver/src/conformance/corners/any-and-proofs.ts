import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const anyAndProofs: Corner = {
  title: 'QTYPE ANY, RRSIG, NSEC and other types that are no data',
  zones: {
    'meta.test.': `
      small        A      192.0.2.1
      small        TXT    "longer than an address"
      one          MX     10 small
      alias        CNAME  small
      cut          NS     ns.elsewhere.
      *.wild       A      192.0.2.2
      a.b.ent      A      192.0.2.3
      large        TXT    "${'x'.repeat(250)}" "${'y'.repeat(250)}" "${'z'.repeat(250)}"
    `,
  },
  cases: [
    {
      rule: 'ANY: one RRset, the smallest (RFC 8482 4.1)',
      ask: 'small ANY',
      answer: 'small A 192.0.2.1',
      differs: { bind: 'any-all-types', pdns: 'any-to-tcp' },
    },
    {
      rule: 'ANY: over TCP the same (RFC 8482 4.1)',
      ask: 'small ANY +tcp',
      answer: 'small A 192.0.2.1',
      differs: { bind: 'any-all-types', pdns: 'any-all-types' },
    },
    {
      rule: 'ANY: the only RRset, with its additional data (RFC 8482 4.1)',
      ask: 'one ANY +tcp',
      answer: 'one MX 10 small',
      additional: 'small A 192.0.2.1',
      differs: { bind: 'any-without-additional' },
    },
    {
      rule: 'ANY at an alias is answered with it (RFC 8482 4.1)',
      ask: 'alias ANY +tcp',
      answer: 'alias CNAME small',
      differs: { pdns: 'any-at-an-alias' },
    },
    { rule: 'ANY: nothing there (RFC 8482 4.1)', ask: 'nothing ANY +tcp', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'ANY at an empty non-terminal (RFC 8482 4.1)', ask: 'b.ent ANY +tcp', authority: NEGATIVE_SOA },
    { rule: 'ANY from a wildcard (RFC 8482 4.1)', ask: 'x.wild ANY +tcp', answer: 'x.wild A 192.0.2.2' },
    {
      rule: 'ANY at a cut: the referral (RFC 8482 4.1)',
      ask: 'cut ANY +tcp',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
    },
    { rule: 'ANY too large for UDP: TC (RFC 2181 9)', ask: 'large ANY', flags: 'aa tc' },
    {
      rule: 'RRSIG in an unsigned zone: NODATA (RFC 4035 3.1)',
      ask: 'small RRSIG',
      authority: NEGATIVE_SOA,
      differs: { pdns: 'rrsig-refused' },
    },
    {
      rule: 'RRSIG at an alias does not follow it (RFC 4035 2.5)',
      ask: 'alias RRSIG',
      authority: NEGATIVE_SOA,
      differs: { pdns: 'rrsig-refused', nsd: 'proof-behind-an-alias' },
    },
    { rule: 'NSEC in an unsigned zone: NODATA (RFC 4035 3.1)', ask: 'small NSEC', authority: NEGATIVE_SOA },
    {
      rule: 'NSEC at an alias does not follow it (RFC 4035 2.5)',
      ask: 'alias NSEC',
      authority: NEGATIVE_SOA,
      differs: { pdns: 'proof-behind-an-alias', nsd: 'proof-behind-an-alias' },
    },
    { rule: 'NSEC3 in an unsigned zone: NODATA (RFC 5155 7.2.8)', ask: 'small NSEC3', authority: NEGATIVE_SOA },
    { rule: 'DNSKEY in an unsigned zone: NODATA (RFC 4035 3.1)', ask: '@ DNSKEY', authority: NEGATIVE_SOA },
    { rule: 'NSEC3PARAM in an unsigned zone: NODATA (RFC 5155 4)', ask: '@ NSEC3PARAM', authority: NEGATIVE_SOA },
    { rule: 'DS at the apex: NODATA (RFC 4035 3.1.4.1)', ask: '@ DS', authority: NEGATIVE_SOA },
    {
      rule: 'OPT as a type is no data (RFC 6891 6.1.1)',
      ask: 'small OPT',
      authority: NEGATIVE_SOA,
      differs: { bind: 'meta-types' },
    },
    {
      rule: 'TSIG as a type is no data (RFC 8945 4.2)',
      ask: 'small TSIG',
      authority: NEGATIVE_SOA,
      differs: { bind: 'meta-types' },
    },
    {
      rule: 'TKEY as a type is no data (RFC 2930 2)',
      ask: 'small TKEY',
      authority: NEGATIVE_SOA,
      differs: { bind: 'meta-types', pdns: 'meta-types' },
    },
    {
      rule: 'MAILB is no data (RFC 1035 3.2.3)',
      ask: 'small MAILB',
      authority: NEGATIVE_SOA,
      differs: { bind: 'meta-types' },
    },
    {
      rule: 'MAILA is no data (RFC 1035 3.2.3)',
      ask: 'small MAILA',
      authority: NEGATIVE_SOA,
      differs: { bind: 'meta-types' },
    },
    {
      rule: 'type 0 is no data (RFC 6895 3.1)',
      ask: 'small TYPE0',
      authority: NEGATIVE_SOA,
      differs: { knot: 'meta-types' },
    },
    { rule: 'type 65535 is no data (RFC 6895 3.1)', ask: 'small TYPE65535', authority: NEGATIVE_SOA },
    { rule: 'a type nobody knows (RFC 3597 3, RFC 8906 3.1.2)', ask: 'small TYPE4711', authority: NEGATIVE_SOA },
    {
      rule: 'a name that does not exist, and a type nobody knows (RFC 3597 3)',
      ask: 'nothing TYPE4711',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'AXFR over UDP is not there (RFC 5936 4.2)',
      ask: '@ AXFR',
      rcode: 'NOTIMP',
      flags: '',
      differs: { bind: 'axfr-over-udp', pdns: 'axfr-over-udp' },
    },
  ],
};
