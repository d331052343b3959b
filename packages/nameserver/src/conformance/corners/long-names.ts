import { type Corner, NEGATIVE_SOA } from '../corner.ts';

const L63 = 'a'.repeat(63);
const B63 = 'b'.repeat(63);
const C63 = 'c'.repeat(63);
/** `longname.test.` takes 15 octets: 3 * 64 + 48 + 15 = 255. */
const REST = 'd'.repeat(47);
const LONGEST = `${REST}.${L63}.${B63}.${C63}`;
/** One-octet labels: 120 of them take 240 octets, which makes 255. */
const DEEPEST = Array.from({ length: 120 }, (_, i) => 'abcdefghij'[i % 10]).join('.');

export const longNames: Corner = {
  title: 'long names',
  zones: {
    'longname.test.': `
      ${LONGEST}            A      192.0.2.1
      ${L63}                A      192.0.2.2
      toolongest            CNAME  ${LONGEST}
      ${DEEPEST}            A      192.0.2.3
      *.${B63}.${C63}       TXT    "wildcard"
      mx                    MX     10 ${LONGEST}
      sub                   NS     ${L63}.sub
    `,
  },
  cases: [
    { rule: 'a name of 255 octets (RFC 1035 2.3.4)', ask: `${LONGEST} A +tcp`, answer: `${LONGEST} A 192.0.2.1` },
    { rule: 'over UDP (RFC 1035 2.3.4)', ask: `${LONGEST} A`, answer: `${LONGEST} A 192.0.2.1` },
    { rule: 'NODATA for it (RFC 2308 2.2)', ask: `${LONGEST} TXT`, authority: NEGATIVE_SOA },
    { rule: 'a label of 63 octets (RFC 1035 2.3.4)', ask: `${L63} A`, answer: `${L63} A 192.0.2.2` },
    {
      rule: 'one of 62 is another (RFC 1035 2.3.4)',
      ask: `${L63.slice(1)} A`,
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'an alias to the longest name (RFC 1034 4.3.2 step 3a)',
      ask: 'toolongest A',
      answer: `toolongest CNAME ${LONGEST}\n${LONGEST} A 192.0.2.1`,
    },
    {
      rule: 'an exchange of it (RFC 1034 4.3.2 step 6)',
      ask: 'mx MX',
      answer: `mx MX 10 ${LONGEST}`,
      additional: `${LONGEST} A 192.0.2.1`,
    },
    { rule: 'a name of 122 labels (RFC 1035 2.3.4)', ask: `${DEEPEST} A`, answer: `${DEEPEST} A 192.0.2.3` },
    {
      rule: 'one label less: an empty non-terminal (RFC 4592 2.2.2)',
      ask: `${DEEPEST.slice(2)} A`,
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'a wildcard for a name of 255 octets (RFC 4592 3.3.1)',
      ask: `${'e'.repeat(47)}.${'f'.repeat(63)}.${B63}.${C63} TXT`,
      answer: `${'e'.repeat(47)}.${'f'.repeat(63)}.${B63}.${C63} TXT "wildcard"`,
    },
    {
      rule: 'a name that does not exist, of 255 octets (RFC 2308 2.1)',
      ask: `${'e'.repeat(47)}.${'f'.repeat(63)}.${B63}.${L63} TXT`,
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'below a cut (RFC 1034 4.3.2 step 3b)',
      ask: `${'e'.repeat(43)}.${L63}.${B63}.${C63}.sub A`,
      flags: '',
      authority: `sub NS ${L63}.sub`,
    },
    {
      rule: 'a name of 256 octets: FORMERR (RFC 1035 2.3.4)',
      ask: '@ A',
      bytes: `0000 0000 0001 0000 0000 0000 ${`3f${'61'.repeat(63)}`.repeat(3)} 3f${'62'.repeat(63)} 00 0001 0001`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { knot: 'unreadable-dropped', pdns: 'unreadable-dropped' },
    },
  ],
};
