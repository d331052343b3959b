import type { Corner } from '../corner.ts';

export const classes: Corner = {
  title: 'classes',
  zones: { 'class.test.': 'www A 192.0.2.1' },
  cases: [
    {
      rule: 'class ANY: REFUSED (RFC 8906 3.1)',
      ask: 'www ANY A',
      rcode: 'REFUSED',
      flags: '',
      differs: { bind: 'class-any', knot: 'class-any', nsd: 'class-any', pdns: 'class-any' },
    },
    {
      rule: 'class HS: REFUSED (RFC 8906 3.1)',
      ask: 'www HS A',
      rcode: 'REFUSED',
      flags: '',
      differs: { nsd: 'question-repeated', pdns: 'aa-in-refusals' },
    },
    {
      rule: 'class CH, a name of ours in IN: REFUSED (RFC 8906 3.1)',
      ask: 'www CH A',
      rcode: 'REFUSED',
      flags: '',
      differs: { pdns: 'aa-in-refusals' },
    },
    {
      rule: 'class NONE: REFUSED (RFC 2136 2.3)',
      ask: 'www NONE A',
      rcode: 'REFUSED',
      flags: '',
      differs: { bind: 'class-any', nsd: 'question-repeated', pdns: 'aa-in-refusals' },
    },
    {
      rule: 'class ANY of another name (RFC 8906 3.1)',
      ask: 'elsewhere. ANY A',
      rcode: 'REFUSED',
      flags: '',
      differs: { bind: 'class-any' },
    },
    {
      rule: 'id.server of class CH (RFC 4892 3)',
      ask: 'id.server. CH TXT',
      flags: '',
      answer: 'id.server. 0 TXT "node-1"',
      differs: { bind: 'chaos-names', knot: 'chaos-names', nsd: 'chaos-names', pdns: 'chaos-names' },
    },
    {
      rule: 'hostname.bind (RFC 4892 2)',
      ask: 'hostname.bind. CH TXT',
      flags: '',
      answer: 'hostname.bind. 0 TXT "node-1"',
      differs: { bind: 'chaos-names', knot: 'chaos-names', nsd: 'chaos-names', pdns: 'chaos-names' },
    },
    {
      rule: 'authors.bind is not there (RFC 4892 3)',
      ask: 'authors.bind. CH TXT',
      rcode: 'REFUSED',
      flags: '',
      differs: { bind: 'chaos-names', pdns: 'aa-in-refusals' },
    },
    { rule: 'id.server of class IN is not ours (RFC 4892 3)', ask: 'id.server. TXT', rcode: 'REFUSED', flags: '' },
    {
      rule: 'another type of it (RFC 4892 3)',
      ask: 'id.server. CH A',
      rcode: 'REFUSED',
      flags: '',
      differs: { bind: 'chaos-names', pdns: 'aa-in-refusals' },
    },
  ],
};
