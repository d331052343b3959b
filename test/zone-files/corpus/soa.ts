import type { Theme } from '../case.ts';

const NS = '@ NS ns.example.net.\n';

/** The SOA, which is first and alone (RFC 1035 3.3.13, 5.2). */
export const SOA: readonly Theme[] = [
  {
    name: 'the SOA',
    head: '$TTL 3600\n',
    cases: [
      `@ SOA ns host 1 2 3 4 5\n${NS}`,
      `@ IN SOA ns host 1 2 3 4 5\n${NS}`,
      `@ soa ns host 1 2 3 4 5\n${NS}`,
      `%Z. SOA ns host 1 2 3 4 5\n${NS}`,
      `@ SOA ns host ( 1 2 3 4 5 )\n${NS}`,
      `@ SOA ns host (1 2 3 4 5)\n${NS}`,
      `@ SOA ns host (\n1 ; serial\n2 ; refresh\n3 ; retry\n4 ; expire\n5 ; minimum\n)\n${NS}`,
      `@ SOA ns host (\n1\n2\n3\n4\n5 )\n${NS}`,
      `@ SOA ( ns host 1\n 2 3 4 5 )\n${NS}`,
      `@ SOA ns host 1 2h 3m 4w 5d\n${NS}`,
      `@ SOA ns host 1 1h30m 2W3D 4w 5\n${NS}`,
      `@ SOA ns host 1h 2 3 4 5\n${NS}`,
      `@ SOA ns host 0 0 0 0 0\n${NS}`,
      `@ SOA ns host 4294967295 2 3 4 5\n${NS}`,
      `@ SOA ns host 4294967296 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 4294967295 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 4294967295\n${NS}`,
      `@ SOA ns host 1 2 3 4 4294967296\n${NS}`,
      `@ SOA ns host 1 2147483647 2147483647 2147483647 2147483647\n${NS}`,
      `@ SOA ns host 1 2147483648 3 4 5\n${NS}`,
      `@ SOA ns host 2024.01 2 3 4 5\n${NS}`,
      `@ SOA ns host -1 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4\n${NS}`,
      `@ SOA ns host 1 2 3 4 5 6\n${NS}`,
      `@ SOA ns 1 2 3 4 5\n${NS}`,
      `@ SOA ns host\n${NS}`,
      `@ SOA @ @ 1 2 3 4 5\n${NS}`,
      `@ SOA . . 1 2 3 4 5\n${NS}`,
      `@ SOA ns first\\.last 1 2 3 4 5\n${NS}`,
      `@ SOA ns host@example.net 1 2 3 4 5\n${NS}`,
      `@ SOA ns "host" 1 2 3 4 5\n${NS}`,
      `@ SOA "ns" host 1 2 3 4 5\n${NS}`,
      `@ SOA NS.%Z. Host 1 2 3 4 5\n${NS}`,
      `@ SOA ns host 0001 2 3 4 5\n${NS}`,
      `@ SOA ns host 0x1 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 5\n@ SOA ns host 1 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 5\n@ SOA ns host 2 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 5\n@ SOA NS host 1 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 5\na SOA ns host 1 2 3 4 5\n${NS}`,
      `a SOA ns host 1 2 3 4 5\n${NS}`,
      `a A 192.0.2.1\n@ SOA ns host 1 2 3 4 5\n${NS}`,
      `${NS}@ SOA ns host 1 2 3 4 5\n`,
      NS,
      '; no SOA\n',
      `@ TYPE6 ns host 1 2 3 4 5\n${NS}`,
      `@ SOA \\# 22 00 00 00000001 00000002 00000003 00000004 00000005\n${NS}`,
      `@ SOA \\# 21 00 00 00000001 00000002 00000003 00000004 000000\n${NS}`,
      `$ORIGIN .\n%Z SOA ns.example.net. host.example.net. 1 2 3 4 5\n%Z NS ns.example.net.\n`,
      `$ORIGIN test.\n@ SOA ns host 1 2 3 4 5\n${NS}`,
      `@ SOA ns host 1 2 3 4 5\n`,
    ],
  },
  {
    name: 'the root zone',
    zone: '.',
    head: '',
    cases: [
      `$TTL 3600
. IN SOA a.root-servers.net. nstld.example. 1 1800 900 604800 86400
. IN NS a.root-servers.net.
@ NS b.root-servers.net
com. NS a.gtld-servers.net.
org NS @
net NS ns.net
ns.net A 192.0.2.1
* TXT wild
\\@ TXT at
a.root-servers.net. A 198.41.0.4
`,
    ],
  },
];
