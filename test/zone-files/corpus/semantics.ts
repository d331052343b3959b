import type { Theme } from '../case.ts';

const DS = `DS 1 8 2 ${'AB'.repeat(32)}`;

/** Texts that are well-formed, of zones that are not: what docs/checks.md is about. */
export const SEMANTICS: readonly Theme[] = [
  {
    name: 'zones that the checks find fault with',
    integrity: true,
    cases: [
      'x CNAME y\nx TXT "other data"\n',
      'x CNAME y\nx CNAME z\n',
      'x CNAME y\nx CNAME y\nx 60 CNAME y\n',
      '@ CNAME y\n',
      '@ DNAME y\n',
      'x DNAME y\nx CNAME z\n',
      'x DNAME y\nx DNAME z\n',
      'x DNAME y\nz.x TXT "below"\n',
      'x DNAME y\nx TXT "beside"\n',
      'x NS alias\nalias CNAME ns.example.net.\n',
      '@ NS alias2\nalias2 CNAME ns.example.net.\n',
      'x MX 10 alias3\nalias3 CNAME mail.example.net.\n',
      '_x._tcp SRV 0 0 80 alias4\nalias4 CNAME www.example.net.\n',
      'x MX 10 192.0.2.7\n',
      'x MX 10 192.0.2.7.\n',
      'x NS 192.0.2.7.\n',
      'x NS ns.x\n',
      'x NS nowhere\n',
      '@ NS nowhere2\n',
      `x ${DS}\n`,
      `@ ${DS}\n`,
      'x NS ns.example.net.\nx TXT "behind"\n',
      'x NS ns.example.net.\ny.x TXT "behind"\n',
      'x NS ns.example.net.\ny.x NS ns.example.net.\n',
      '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx -all"\n',
      '_dmarc TXT "v=DMARC1; p=perhaps"\n',
      's._domainkey TXT "v=DKIM1; p=!!"\n',
      '* NS ns.example.net.\n',
      '*.x DNAME y\n',
      'x.example.net. A 192.0.2.7\n',
    ],
  },
];
