import type { Difference } from './choice.ts';

/** Texts of which a server makes other records than we do, and why ours are right. */
export const DIFFERENCES: readonly Difference[] = [
  {
    server: 'knot',
    because: 'Knot takes the text as one line without a record',
    texts: ['a A 192.0.2.1\rb A 192.0.2.2\r'],
  },
  {
    server: 'bind',
    because: 'BIND gives an RRset the TTL of its first record, we the lowest (RFC 2181 5.2 says they must not differ)',
    texts: [
      'a A 192.0.2.1\n$TTL 60\n A 192.0.2.2\n',
      'a A 192.0.2.1\n IN A 192.0.2.2\n 60 A 192.0.2.3\n 60 IN A 192.0.2.4\n IN 60 A 192.0.2.5\n',
      'a 70 A 192.0.2.1\na 60 A 192.0.2.2\n',
      'a 70 A 192.0.2.1\na 60 A 192.0.2.1\n',
    ],
  },
  {
    server: 'nsd',
    because: 'NSD serves several TTLs in one RRset; RFC 2181 5.2 says they must not differ, we take the lowest',
    texts: [
      'a A 192.0.2.1\n$TTL 60\n A 192.0.2.2\n',
      'a A 192.0.2.1\n IN A 192.0.2.2\n 60 A 192.0.2.3\n 60 IN A 192.0.2.4\n IN 60 A 192.0.2.5\n',
      'a 60 A 192.0.2.1\na 70 A 192.0.2.2\n',
      'a 70 A 192.0.2.1\na 60 A 192.0.2.2\n',
      'a 70 A 192.0.2.1\na 60 A 192.0.2.1\n',
    ],
  },
  {
    server: 'knot',
    because:
      'for Knot a parenthesis inside a word belongs to the word; RFC 1035 5.1 gives it a meaning anywhere outside quotes',
    texts: ['a TXT x(y)z\n', 'a TXT (x)(y)\n'],
  },
  {
    server: 'nsd',
    because: 'a TTL with the top bit counts as 0 (RFC 2181 8), as for BIND and Knot; NSD takes its default, 3600',
    texts: [
      'a 2147483648 A 192.0.2.1\n',
      'a 4294967295 A 192.0.2.1\n',
      'a 3551w A 192.0.2.1\n',
      '$TTL 2147483648\na A 192.0.2.1\n',
    ],
  },
  {
    server: 'knot',
    because:
      "Knot has a default of its own, 3600; RFC 1035 5.1 takes the last TTL stated, and where there is none the SOA's minimum is taken, as by BIND",
    texts: [
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n',
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS ns.example.net.\na A 192.0.2.1\n',
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS...(122)',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS ns.example.net.\na A 192.0.2.1\n',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n$TTL 90\n@ NS ns.example.net.\na A 192.0.2.1\n',
      '@ 60 NS ns.example.net.\n@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n',
    ],
  },
  {
    server: 'nsd',
    because:
      "NSD has a default of its own, 3600; RFC 1035 5.1 takes the last TTL stated, and where there is none the SOA's minimum is taken, as by BIND",
    texts: [
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n',
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS ns.example.net.\na A 192.0.2.1\n',
      '@ 60 SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS...(122)',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n@ 70 NS ns.example.net.\na A 192.0.2.1\n',
      '@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n$TTL 90\n@ NS ns.example.net.\na A 192.0.2.1\n',
      '@ 60 NS ns.example.net.\n@ SOA ns.example.net. host.example.net. 1 2 3 4 5\n',
    ],
  },
  {
    server: 'knot',
    because: 'Knot gives an RRset the TTL of its last record, we the lowest (RFC 2181 5.2 says they must not differ)',
    texts: ['a 60 A 192.0.2.1\na 70 A 192.0.2.2\n', 'a 60 A 192.0.2.1\na 70 A 192.0.2.1\n'],
  },
  {
    server: 'nsd',
    because:
      'NSD takes numbers of 32 bits with the top bit for its default, 3600; RFC 1035 3.3.13 has unsigned 32 bits',
    texts: [
      '@ SOA ns host 1 4294967295 3 4 5\n@ NS ns.example.net.\n',
      '@ SOA ns host 1 2 3 4 4294967295\n@ NS ns.example.net.\n',
      '@ SOA ns host 1 2147483648 3 4 5\n@ NS ns.example.net.\n',
    ],
  },
  {
    server: 'nsd',
    because:
      'NSD goes on with the owner of the included file; RFC 1035 5.1 does not change the owner of the file that includes',
    texts: ['a A 192.0.2.1\n$INCLUDE inc-owner\n TXT "whose?"\n'],
  },
  {
    server: 'knot',
    because:
      'Knot ends $TTL with the file; RFC 1035 5.1 gives back origin and owner only, and RFC 2308 4 has $TTL hold until the next',
    texts: ['$INCLUDE inc-ttl\nafter A 192.0.2.1\n'],
  },
  {
    server: 'nsd',
    because: '65,280 octets of data and the rest of a message do not fit into 65,535: NSD never ends the transfer',
    texts: ['a TXT ( "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...(65800)'],
  },
  {
    server: 'nsd',
    because: 'NSD ends the string at the zero octet',
    texts: ['a TXT "a\x00b"\n'],
  },
  {
    server: 'knot',
    because: 'Knot does not serve a LOC of another version; RFC 1876 2 lets their form open',
    texts: ['a LOC \\# 1 01\n'],
  },
  {
    server: 'knot',
    because:
      'Knot gives the RRSIG the original TTL, and counts this one as 0; the TTL of the record itself is served (RFC 4034 3)',
    texts: ['a A 192.0.2.1\na RRSIG A 8 3 4294967295 20400101000000 20200101000000 12345 %Z. AQID\n'],
  },
  {
    server: 'nsd',
    because: 'NSD takes an original TTL with the top bit for its default, 3600; RFC 4034 3.1.4 has unsigned 32 bits',
    texts: ['a A 192.0.2.1\na RRSIG A 8 3 4294967295 20400101000000 20200101000000 12345 %Z. AQID\n'],
  },
  {
    server: 'nsd',
    because: 'a hash of one octet is two digits; NSD makes another length of it (RFC 5155 3.3)',
    texts: ['2t7b4g4vsa5smi47k61mv5bv1a22bojr NSEC3 1 0 0 - 04 A\n'],
  },
  {
    server: 'nsd',
    because: 'NSD reads the value of key1 as that of alpn; RFC 9460 2.1 has the value in wire form behind a keyNNN',
    texts: ['a SVCB 1 . key1=\\002h2\n', 'a SVCB 1 . key2 key1=\\002h2\n'],
  },
  {
    server: 'bind',
    because: 'BIND gives an RRset the TTL of its first record, we the lowest (RFC 2181 5.2)',
    texts: ['x CNAME y\nx CNAME y\nx 60 CNAME y\n'],
  },
  {
    server: 'nsd',
    because: 'NSD keeps the TTL of the first of equal records, we the lowest (RFC 2181 5.2)',
    texts: ['x CNAME y\nx CNAME y\nx 60 CNAME y\n'],
  },
];
