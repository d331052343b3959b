import type { Corner } from '../corner.ts';

const addresses = (owner: string, net: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${owner} A 10.${net}.${i >> 8}.${i & 255}`).join('\n');

/** 16 octets an address, and 33 before the first: 4,093 of them make 65,521 octets. */
const MOST = 4_093;

export const largeRrsets: Corner = {
  title: 'RRsets of 64 KB',
  zones: {
    'large.test.': `
      ${addresses('many', 0, MOST)}
      ${addresses('over', 1, MOST + 1)}
    `,
  },
  cases: [
    {
      rule: 'all addresses that fit into a message over TCP (RFC 1035 4.2.2)',
      ask: 'many A +tcp',
      answer: addresses('many', 0, MOST),
      differs: { bind: 'octets-unused' },
    },
    { rule: 'over UDP: TC and none of them (RFC 2181 9)', ask: 'many A +bufsize=1232', flags: 'aa tc' },
    {
      rule: 'one more than fit: TC over TCP too, nothing else can be said (RFC 1035 4.1.1)',
      ask: 'over A +tcp',
      flags: 'aa tc',
      differs: { bind: 'part-of-an-rrset', knot: 'too-large-for-tcp', pdns: 'too-large-for-tcp' },
    },
  ],
};
