import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const dnameAtApex: Corner = {
  title: 'DNAME at the apex',
  zones: {
    'apexdname.test.': `
      @   DNAME  apexdname-new.test.
      @   MX     10 mail.elsewhere.
    `,
    'apexdname-new.test.': `
      www A 192.0.2.1
    `,
  },
  cases: [
    {
      rule: 'every name below is redirected, also into another zone of ours (RFC 6672 2.3)',
      ask: 'www A',
      answer: '@ DNAME apexdname-new.test.\nwww CNAME www.apexdname-new.test.',
      differs: { nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
    { rule: 'the apex keeps its other data (RFC 6672 2.3)', ask: '@ MX', answer: '@ MX 10 mail.elsewhere.' },
    { rule: 'SOA (RFC 6672 2.3)', ask: '@ SOA', answer: '@ 3600 SOA ns hostmaster 1 7200 600 86400 60' },
    { rule: 'NS (RFC 6672 2.3)', ask: '@ NS', answer: '@ NS ns.elsewhere.' },
    { rule: 'NODATA at the apex (RFC 6672 2.3)', ask: '@ A', authority: NEGATIVE_SOA },
    { rule: 'DS at the apex, whose parent is not here (RFC 4035 3.1.4.1)', ask: '@ DS', authority: NEGATIVE_SOA },
    { rule: 'the DNAME by its type (RFC 6672 2.3)', ask: '@ DNAME', answer: '@ DNAME apexdname-new.test.' },
    {
      rule: 'the name that the SOA names is redirected like others (RFC 6672 2.3)',
      ask: 'ns A',
      answer: '@ DNAME apexdname-new.test.\nns CNAME ns.apexdname-new.test.',
      differs: { nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
    {
      rule: 'DS below the apex is redirected (RFC 6672 2.3)',
      ask: 'www DS',
      answer: '@ DNAME apexdname-new.test.\nwww CNAME www.apexdname-new.test.',
      differs: { nsd: 'alias-into-another-zone', pdns: 'alias-into-another-zone' },
    },
  ],
};
