import { type Corner, NEGATIVE_SOA } from '../corner.ts';

/** TXT rdata of `octets`: strings of 255 octets and a last one. */
const txt = (octets: number) => {
  const strings: string[] = [];
  for (let left = octets; left > 0; left -= 256) strings.push(`"${'x'.repeat(Math.min(left, 256) - 1)}"`);
  return strings.join(' ');
};

/** Header, question of `t.largetext.test.` and a record whose owner is a pointer leave so much. */
const MOST = 65_535 - 12 - 22 - 12;

export const largeTexts: Corner = {
  title: 'TXT of 64 KB',
  zones: {
    'largetext.test.': `
      t        TXT  ${txt(MOST)}
      u        TXT  ${txt(60_000)}
      u        TXT  ${txt(6_000)}
      v        TXT  ${txt(60_000)}
    `,
  },
  without: { bind: 'refuses the zone: ran out of space' },
  cases: [
    { rule: 'a record that fills a message (RFC 1035 4.2.2)', ask: 't TXT +tcp', answer: `t TXT ${txt(MOST)}` },
    { rule: 'over UDP: TC (RFC 2181 9)', ask: 't TXT', flags: 'aa tc' },
    {
      rule: 'an OPT record leaves too little room: TC over TCP (RFC 1035 4.1.1)',
      ask: 't TXT +tcp +edns',
      flags: 'aa tc',
      differs: { knot: 'too-large-for-tcp', pdns: 'too-large-for-tcp' },
    },
    { rule: 'with room for both (RFC 1035 4.2.2)', ask: 'v TXT +tcp +edns', answer: `v TXT ${txt(60_000)}` },
    {
      rule: 'an RRset of more than 64 KB: TC over TCP (RFC 2181 9)',
      ask: 'u TXT +tcp',
      flags: 'aa tc',
      differs: { knot: 'too-large-for-tcp', pdns: 'too-large-for-tcp' },
    },
    { rule: 'NODATA beside them (RFC 2308 2.2)', ask: 't A', authority: NEGATIVE_SOA },
  ],
};
