import { type Corner, NEGATIVE_SOA } from '../corner.ts';

/** `edns.test. IN A` with an OPT record of these octets behind its type. */
const withOpt = (arcount: string, ...opts: string[]) =>
  `0000 0000 0001 0000 0000 ${arcount} 04 65646e73 04 74657374 00 0001 0001 ${opts.map((opt) => `00 0029 ${opt}`).join(' ')}`;

const NO_ZONEVERSION = {
  bind: 'options-not-known',
  knot: 'options-not-known',
  nsd: 'options-not-known',
  pdns: 'options-not-known',
};

export const edns: Corner = {
  title: 'EDNS',
  zones: {
    'edns.test.': `
      @     A    192.0.2.1
      sub   NS   ns.elsewhere.
    `,
  },
  cases: [
    { rule: 'no OPT record when there was none (RFC 6891 6.1.1)', ask: '@ A', answer: '@ A 192.0.2.1' },
    { rule: 'one when there was one (RFC 6891 6.1.1)', ask: '@ A +edns', answer: '@ A 192.0.2.1' },
    { rule: 'DO is copied (RFC 3225 3)', ask: '@ A +do', answer: '@ A 192.0.2.1' },
    { rule: 'in NODATA (RFC 6891 6.1.1)', ask: '@ TXT +edns', authority: NEGATIVE_SOA },
    { rule: 'in NXDOMAIN (RFC 6891 6.1.1)', ask: 'x A +edns', rcode: 'NXDOMAIN', authority: NEGATIVE_SOA },
    { rule: 'in a referral (RFC 6891 6.1.1)', ask: 'sub A +edns', flags: '', authority: 'sub NS ns.elsewhere.' },
    {
      rule: 'in REFUSED, with the reason (RFC 8914 4.21)',
      ask: 'elsewhere. A +edns',
      rcode: 'REFUSED',
      flags: '',
      options: [15],
      differs: { bind: 'extended-error-of-refused', pdns: 'extended-error-of-refused' },
    },
    {
      rule: 'version 1: BADVERS, version 0, no answer (RFC 6891 6.1.3)',
      ask: '@ A +version=1',
      rcode: 'BADVERS',
      flags: '',
      differs: { pdns: 'aa-in-refusals' },
    },
    {
      rule: 'version 255 (RFC 6891 6.1.3)',
      ask: '@ A +version=255',
      rcode: 'BADVERS',
      flags: '',
      differs: { pdns: 'aa-in-refusals' },
    },
    {
      rule: 'version 1 for a name that is not ours (RFC 6891 6.1.3)',
      ask: 'elsewhere. A +version=1',
      rcode: 'BADVERS',
      flags: '',
      differs: { pdns: 'aa-in-refusals' },
    },
    {
      rule: 'an unknown option is passed over (RFC 6891 6.1.2, RFC 8906 3.2.2)',
      ask: '@ A +opt=65001:0102',
      answer: '@ A 192.0.2.1',
    },
    { rule: 'an empty one too (RFC 6891 6.1.2)', ask: '@ A +opt=65001', answer: '@ A 192.0.2.1' },
    {
      rule: 'unknown options with an unknown version (RFC 8906 8.2.5)',
      ask: '@ A +version=1 +opt=65001:0102',
      rcode: 'BADVERS',
      flags: '',
      differs: { pdns: 'aa-in-refusals' },
    },
    {
      rule: 'a client cookie: there are none here (RFC 7873 5.2)',
      ask: '@ A +opt=10:0102030405060708',
      answer: '@ A 192.0.2.1',
    },
    { rule: 'client subnet: passed over (RFC 7871 7.2.1)', ask: '@ A +opt=8:00011800c00002', answer: '@ A 192.0.2.1' },
    { rule: 'padding asked for over UDP: none (RFC 7830 4)', ask: '@ A +opt=12:0000', answer: '@ A 192.0.2.1' },
    { rule: 'keepalive over UDP is passed over (RFC 7828 3.2.1)', ask: '@ A +opt=11', answer: '@ A 192.0.2.1' },
    {
      rule: 'keepalive over TCP is answered (RFC 7828 3.3.2)',
      ask: '@ A +opt=11 +tcp',
      answer: '@ A 192.0.2.1',
      options: [11],
      differs: { knot: 'options-not-known', nsd: 'options-not-known', pdns: 'options-not-known' },
    },
    {
      rule: 'NSID (RFC 5001 2.2)',
      ask: '@ A +opt=3',
      answer: '@ A 192.0.2.1',
      options: [3],
      differs: { bind: 'options-not-known', nsd: 'options-not-known' },
    },
    {
      rule: 'EXPIRE for the SOA (RFC 7314 4)',
      ask: '@ SOA +opt=9',
      answer: '@ 3600 SOA ns hostmaster 1 7200 600 86400 60',
      options: [9],
      differs: { nsd: 'options-not-known', pdns: 'options-not-known' },
    },
    {
      rule: 'the version of the zone (RFC 9660 3.2)',
      ask: '@ A +opt=19',
      answer: '@ A 192.0.2.1',
      options: [19],
      differs: NO_ZONEVERSION,
    },
    {
      rule: 'the version of the zone in NXDOMAIN (RFC 9660 3.2)',
      ask: 'x A +opt=19',
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
      options: [19],
      differs: NO_ZONEVERSION,
    },
    {
      rule: 'in a referral: the version of the zone that gives it (RFC 9660 3.2)',
      ask: 'sub A +opt=19',
      flags: '',
      authority: 'sub NS ns.elsewhere.',
      options: [19],
      differs: NO_ZONEVERSION,
    },
    {
      rule: 'a question for the version with something in it: FORMERR (RFC 9660 3.1)',
      ask: '@ A +opt=19:02',
      rcode: 'FORMERR',
      flags: '',
      differs: NO_ZONEVERSION,
    },
    { rule: 'EXPIRE for something else (RFC 7314 4)', ask: '@ A +opt=9', answer: '@ A 192.0.2.1' },
    {
      rule: 'flags that mean nothing are not copied (RFC 6891 6.1.4)',
      ask: '@ A +edns',
      bytes: withOpt('0001', '04d0 00 00 7fff 0000'),
      answer: '@ A 192.0.2.1',
    },
    {
      rule: 'an extended RCODE in a query means nothing (RFC 6891 6.1.3)',
      ask: '@ A +edns',
      bytes: withOpt('0001', '04d0 ff 00 0000 0000'),
      answer: '@ A 192.0.2.1',
    },
    {
      rule: 'two OPT records: FORMERR (RFC 6891 6.1.1)',
      ask: '@ A +edns',
      bytes: withOpt('0002', '04d0 00 00 0000 0000', '04d0 00 00 0000 0000'),
      rcode: 'FORMERR',
      flags: '',
      edns: 'none',
      differs: { nsd: 'question-repeated', pdns: 'malformed-opt' },
    },
    {
      rule: 'an option longer than the record: FORMERR (RFC 6891 6.1.2)',
      ask: '@ A +edns',
      bytes: withOpt('0001', '04d0 00 00 0000 0006 fde9 0009 0000'),
      rcode: 'FORMERR',
      flags: '',
      edns: 'none',
      differs: { nsd: 'question-repeated', pdns: 'malformed-opt' },
    },
    {
      rule: 'half an option: FORMERR (RFC 6891 6.1.2)',
      ask: '@ A +edns',
      bytes: withOpt('0001', '04d0 00 00 0000 0002 fde9'),
      rcode: 'FORMERR',
      flags: '',
      edns: 'none',
      differs: { nsd: 'question-repeated', pdns: 'malformed-opt' },
    },
    {
      rule: 'an OPT record that is not owned by the root: FORMERR (RFC 6891 6.1.2)',
      ask: '@ A +edns',
      bytes: withOpt('0001', '04d0 00 00 0000 0000').replace('00 0029', 'c00c 0029'),
      rcode: 'FORMERR',
      flags: '',
      edns: 'none',
      differs: { nsd: 'question-repeated', pdns: 'malformed-opt', knot: 'malformed-opt' },
    },
    {
      rule: 'an OPT record in the answer section: FORMERR (RFC 6891 6.1.1)',
      ask: '@ A +edns',
      bytes: withOpt('0000', '04d0 00 00 0000 0000').replace('0001 0000', '0001 0001'),
      rcode: 'FORMERR',
      flags: '',
      edns: 'none',
      differs: { nsd: 'question-repeated', pdns: 'malformed-opt' },
    },
  ],
};
