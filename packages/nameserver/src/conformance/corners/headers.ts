import type { Corner } from '../corner.ts';

/** Header of a query with ID 0: flags, then QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT. */
const header = (flags: string, ...counts: number[]) =>
  `0000 ${flags} ${counts.map((count) => count.toString(16).padStart(4, '0')).join(' ')}`;
/** `header.test. IN A`, or another type. */
const question = (type = '0001') => `06 686561646572 04 74657374 00 ${type} 0001`;
const A_RECORD = '00 0001 0001 00000000 0004 c0000201';

export const headers: Corner = {
  title: 'headers',
  zones: { 'header.test.': '@ A 192.0.2.1' },
  cases: [
    {
      rule: 'the zone is there (RFC 8906 3.1.1)',
      ask: '@ SOA',
      answer: '@ 3600 SOA ns hostmaster 1 7200 600 86400 60',
    },
    {
      rule: 'over TCP too (RFC 8906 3.1.5)',
      ask: '@ SOA +tcp',
      answer: '@ 3600 SOA ns hostmaster 1 7200 600 86400 60',
    },
    { rule: 'RD is copied (RFC 1035 4.1.1)', ask: '@ A +rd', flags: 'aa rd', answer: '@ A 192.0.2.1' },
    { rule: 'RA is not set: there is no recursion (RFC 1035 4.1.1)', ask: '@ A +ra', answer: '@ A 192.0.2.1' },
    {
      rule: 'AD means nothing here and is not set (RFC 4035 3.1.6, RFC 8906 3.1.3)',
      ask: '@ A +ad',
      answer: '@ A 192.0.2.1',
    },
    { rule: 'CD is cleared (RFC 4035 3.1.6)', ask: '@ A +cd', answer: '@ A 192.0.2.1', differs: { bind: 'cd-copied' } },
    { rule: 'AA in a query means nothing (RFC 1035 4.1.1)', ask: '@ A +aa', answer: '@ A 192.0.2.1' },
    {
      rule: 'TC in a query means nothing (RFC 1035 4.1.1)',
      ask: '@ A +tc',
      answer: '@ A 192.0.2.1',
      differs: { pdns: 'unreadable-dropped' },
    },
    {
      rule: 'the reserved bit is cleared (RFC 1035 4.1.1, RFC 8906 3.1.3)',
      ask: '@ A',
      bytes: `${header('0040', 1, 0, 0, 0)} ${question()}`,
      answer: '@ A 192.0.2.1',
    },
    {
      rule: 'an RCODE in a query means nothing (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0005', 1, 0, 0, 0)} ${question()}`,
      answer: '@ A 192.0.2.1',
      differs: { nsd: 'strict-requests' },
    },
    { rule: 'a response gets no answer (RFC 1035 4.1.1)', ask: '@ A +qr', silence: true },
    { rule: 'nor a response of another opcode (RFC 1035 4.1.1)', ask: '@ SOA +qr +opcode=4', silence: true },
    { rule: 'a header that is cut (RFC 1035 4.1.1)', ask: '@ A', bytes: '0000 0000 0001 0000 0000 00', silence: true },
    {
      rule: 'QDCOUNT 0: FORMERR (RFC 9619 4)',
      ask: '@ A',
      bytes: header('0000', 0, 0, 0, 0),
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped' },
    },
    {
      rule: 'QDCOUNT 2: FORMERR (RFC 9619 4)',
      ask: '@ A',
      bytes: `${header('0000', 2, 0, 0, 0)} ${question()} ${question('0010')}`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped', knot: 'unreadable-dropped', bind: 'question-repeated' },
    },
    {
      rule: 'QDCOUNT 2 and one question (RFC 9619 4)',
      ask: '@ A',
      bytes: `${header('0000', 2, 0, 0, 0)} ${question()}`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped', knot: 'unreadable-dropped' },
    },
    {
      rule: 'a question that is cut: FORMERR (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 0)} 06 6865`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped', knot: 'unreadable-dropped' },
    },
    {
      rule: 'a question that points at itself: FORMERR (RFC 1035 4.1.4)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 0)} c00c 0001 0001`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped', knot: 'unreadable-dropped' },
    },
    {
      rule: 'a label of type 01: FORMERR (RFC 6891 5)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 0)} 41 00 00 0001 0001`,
      rcode: 'FORMERR',
      flags: '',
      questionless: true,
      differs: { pdns: 'unreadable-dropped', knot: 'unreadable-dropped' },
    },
    {
      rule: 'octets behind the end: FORMERR (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 0)} ${question()} 00`,
      rcode: 'FORMERR',
      flags: '',
      differs: { bind: 'octets-behind-the-end', nsd: 'octets-behind-the-end', pdns: 'octets-behind-the-end' },
    },
    {
      rule: 'an answer in a query is passed over (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0000', 1, 1, 0, 0)} ${question()} ${A_RECORD}`,
      answer: '@ A 192.0.2.1',
      differs: { nsd: 'strict-requests' },
    },
    {
      rule: 'a record in the additional section that is no OPT (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 1)} ${question()} ${A_RECORD}`,
      answer: '@ A 192.0.2.1',
      differs: { nsd: 'strict-requests' },
    },
    {
      rule: 'counts that promise more: FORMERR (RFC 1035 4.1.1)',
      ask: '@ A',
      bytes: `${header('0000', 1, 0, 0, 3)} ${question()}`,
      rcode: 'FORMERR',
      flags: '',
      differs: { nsd: 'question-repeated', pdns: 'unreadable-dropped' },
    },
  ],
};
