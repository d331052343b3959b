import type { Corner } from '../corner.ts';

export const casePreservation: Corner = {
  title: 'case',
  zones: {
    'case.test.': `
      WWW           A      192.0.2.1
      www           A      192.0.2.2
      Mixed.Case    TXT    "Text Keeps Its Case"
      alias         CNAME  TaRgEt
      target        A      192.0.2.3
      mx            MX     10 MaIl.ElseWhere.
      sub           NS     Ns.ElseWhere.
      *.WILD        A      192.0.2.4
      old           DNAME  NeW
      x.new         A      192.0.2.5
      \\091brackets\\093 TXT    "not letters"
      \\195\\132      TXT    "not ASCII"
    `,
  },
  cases: [
    {
      rule: 'the question comes back as it was sent, the owner as it was asked (RFC 4343 4.1)',
      ask: 'wWw.CaSe.TeSt. A',
      exact: true,
      answer: 'wWw.CaSe.TeSt. A 192.0.2.1\nwWw.CaSe.TeSt. A 192.0.2.2',
      differs: { bind: 'owner-as-stored' },
    },
    {
      rule: 'names are found whatever the case (RFC 4343 3)',
      ask: 'MIXED.case TXT',
      answer: 'mixed.case TXT "Text Keeps Its Case"',
    },
    { rule: 'and are one name (RFC 4343 3)', ask: 'www A', answer: 'www A 192.0.2.1\nwww A 192.0.2.2' },
    {
      rule: 'data that is no name keeps its case (RFC 4343 4.1)',
      ask: 'mixed.case TXT',
      answer: 'mixed.case TXT "Text Keeps Its Case"',
    },
    {
      rule: 'names in rdata keep theirs where nothing of the question stands for them (RFC 4343 4.1)',
      ask: 'mx MX',
      exact: true,
      answer: 'mx MX 10 MaIl.ElseWhere.',
      differs: { knot: 'rdata-in-lower-case', nsd: 'rdata-in-lower-case' },
    },
    {
      rule: 'in a referral too (RFC 4343 4.1)',
      ask: 'sub A',
      exact: true,
      flags: '',
      authority: 'sub NS Ns.ElseWhere.',
      differs: { knot: 'rdata-in-lower-case', nsd: 'rdata-in-lower-case' },
    },
    {
      rule: 'the target of an alias keeps its case (RFC 4343 4.1)',
      ask: 'alias CNAME',
      exact: true,
      answer: 'alias CNAME TaRgEt',
      differs: { knot: 'rdata-in-lower-case', nsd: 'rdata-in-lower-case' },
    },
    { rule: 'a wildcard of capital letters (RFC 4343 3)', ask: 'x.wild A', answer: 'x.wild A 192.0.2.4' },
    { rule: 'a DNAME (RFC 4343 3)', ask: 'X.OLD A', answer: 'old DNAME new\nx.old CNAME x.new\nx.new A 192.0.2.5' },
    {
      rule: 'what is no letter has no case: [ is not { (RFC 4343 3)',
      ask: '{brackets} TXT',
      rcode: 'NXDOMAIN',
      authority: '@ 60 SOA ns hostmaster 1 7200 600 86400 60',
    },
    { rule: 'but is there as it is (RFC 4343 3)', ask: '[brackets] TXT', answer: '[brackets] TXT "not letters"' },
    {
      rule: 'octets above 127 have no case (RFC 4343 3)',
      ask: '\\195\\164 TXT',
      rcode: 'NXDOMAIN',
      authority: '@ 60 SOA ns hostmaster 1 7200 600 86400 60',
    },
    { rule: 'and are found (RFC 4343 3)', ask: '\\195\\132 TXT', answer: '\\195\\132 TXT "not ASCII"' },
  ],
};
