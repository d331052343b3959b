import { type Corner, NEGATIVE_SOA } from '../corner.ts';

/** A TXT RRset whose answer for `NAME.size.test.` (a name of one octet) takes exactly `octets`, question and header included. */
const filling = (octets: number) => {
  // 12 header, 15 + 4 question (1 + 1 + 4 + 1 + 4 + 1 + ...), then each record: 2 + 10 and its rdata.
  const records: string[] = [];
  let left = octets - 12 - (2 + 'size.test.'.length + 1 + 4);
  for (let i = 0; left > 0; i++) {
    const whole = Math.min(left, 212);
    const rest = left - whole;
    const rdata = (rest > 0 && rest < 20 ? whole - 20 : whole) - 12;
    records.push(`"${String.fromCharCode(97 + (i % 26)).repeat(rdata - 1)}"`);
    left -= rdata + 12;
  }
  return records;
};
const rrset = (owner: string, octets: number) =>
  filling(octets)
    .map((text) => `${owner} TXT ${text}`)
    .join('\n');
/** OPT record. */
const OPT = 11;

export const udpSizes: Corner = {
  title: 'sizes of answers over UDP',
  zones: {
    'size.test.': `
      a TXT "x"
      ${rrset('b', 512)}
      ${rrset('c', 513)}
      ${rrset('d', 1232 - OPT)}
      ${rrset('e', 1233 - OPT)}
      ${rrset('f', 4096 - OPT)}
      ${rrset('g', 4097 - OPT)}
      ${rrset('h', 512 - OPT)}
      ${rrset('i', 513 - OPT)}
    `,
  },
  cases: [
    {
      rule: '512 octets without EDNS (RFC 1035 4.2.1)',
      ask: 'b TXT',
      answer: rrset('b', 512),
      differs: { bind: 'octets-unused' },
    },
    {
      rule: '513 octets: TC, and no part of the RRset (RFC 2181 9)',
      ask: 'c TXT',
      flags: 'aa tc',
      differs: { bind: 'part-of-an-rrset' },
    },
    { rule: '513 octets over TCP (RFC 7766 5)', ask: 'c TXT +tcp', answer: rrset('c', 513) },
    {
      rule: 'EDNS with 512: the OPT record takes room too (RFC 6891 6.2.3)',
      ask: 'h TXT +bufsize=512',
      answer: rrset('h', 512 - OPT),
    },
    { rule: 'EDNS with 512, one octet more (RFC 6891 6.2.3)', ask: 'i TXT +bufsize=512', flags: 'aa tc' },
    { rule: 'EDNS with 0 means 512 (RFC 6891 6.2.3)', ask: 'h TXT +bufsize=0', answer: rrset('h', 512 - OPT) },
    { rule: 'EDNS with 100 means 512 (RFC 6891 6.2.3)', ask: 'h TXT +bufsize=100', answer: rrset('h', 512 - OPT) },
    {
      rule: 'EDNS with 513 (RFC 6891 6.2.3)',
      ask: 'i TXT +bufsize=513',
      answer: rrset('i', 513 - OPT),
      differs: { bind: 'octets-unused' },
    },
    {
      rule: 'EDNS with 1232 (RFC 6891 6.2.5)',
      ask: 'd TXT +bufsize=1232',
      answer: rrset('d', 1232 - OPT),
      differs: { bind: 'octets-unused' },
    },
    { rule: 'EDNS with 1232, one octet more (RFC 6891 6.2.5)', ask: 'e TXT +bufsize=1232', flags: 'aa tc' },
    {
      rule: 'EDNS with 4096: ours is 1232, and the lesser counts (RFC 9715 3.1)',
      ask: 'f TXT +bufsize=4096',
      flags: 'aa tc',
    },
    {
      rule: 'EDNS with 4096 and an answer of 1232 (RFC 9715 3.1)',
      ask: 'd TXT +bufsize=4096',
      answer: rrset('d', 1232 - OPT),
      differs: { bind: 'octets-unused' },
    },
    { rule: 'EDNS with 4096 over TCP (RFC 7766 5)', ask: 'g TXT +bufsize=4096 +tcp', answer: rrset('g', 4097 - OPT) },
    {
      rule: 'EDNS with 512 over TCP means nothing (RFC 6891 6.2.3)',
      ask: 'f TXT +bufsize=512 +tcp',
      answer: rrset('f', 4096 - OPT),
    },
    { rule: 'EDNS with 65535 (RFC 9715 3.1)', ask: 'g TXT +bufsize=65535', flags: 'aa tc' },
    { rule: 'a negative answer is small (RFC 2308 3)', ask: 'b A +bufsize=512', authority: NEGATIVE_SOA },
  ],
};
