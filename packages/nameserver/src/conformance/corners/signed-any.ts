import type { Corner } from '../corner.ts';

const sig = (type: string, labels: number) =>
  `RRSIG ${type} 13 ${labels} 300 20300101000000 20200101000000 1 meta-signed.test. ${'A'.repeat(86)}==`;

/** Signatures that are none: nobody of those asked validates what it serves. */
export const signedAny: Corner = {
  title: 'QTYPE ANY, RRSIG and NSEC in a signed zone',
  zones: {
    'meta-signed.test.': `
      @      ${sig('SOA', 2)}
      @      ${sig('NS', 2)}
      @  NSEC alias NS SOA RRSIG NSEC DNSKEY
      @  ${sig('NSEC', 2)}
      @      DNSKEY 257 3 13 ${'A'.repeat(86)}==
      @      ${sig('DNSKEY', 2)}
      alias     CNAME host
      alias     ${sig('CNAME', 3)}
      alias  NSEC cut CNAME RRSIG NSEC
      alias  ${sig('NSEC', 3)}
      cut       NS ns.elsewhere.
      cut       DS 1 13 2 ${'AB'.repeat(32)}
      cut       ${sig('DS', 3)}
      cut    NSEC host NS DS RRSIG NSEC
      cut    ${sig('NSEC', 3)}
      host      A 192.0.2.1
      host      ${sig('A', 3)}
      host      TXT "longer than an address, so that the smallest RRset is the address"
      host      ${sig('TXT', 3)}
      host   NSEC @ A TXT RRSIG NSEC
      host   ${sig('NSEC', 3)}
    `,
  },
  without: { pdns: 'its BIND backend serves signatures only with keys in a database' },
  cases: [
    { rule: 'NSEC by its type (RFC 4035 3.1)', ask: 'host NSEC +tcp', answer: 'host NSEC @ A TXT RRSIG NSEC' },
    {
      rule: 'with DO signed (RFC 4035 3.1.1)',
      ask: 'host NSEC +do +tcp',
      answer: `host NSEC @ A TXT RRSIG NSEC\nhost ${sig('NSEC', 3)}`,
    },
    {
      rule: 'RRSIG by its type: all of the name (RFC 4035 3.1)',
      ask: 'host RRSIG +tcp',
      answer: `host ${sig('A', 3)}\nhost ${sig('TXT', 3)}\nhost ${sig('NSEC', 3)}`,
      differs: { knot: 'one-rrsig' },
    },
    { rule: 'NSEC at an alias (RFC 4035 2.5)', ask: 'alias NSEC +tcp', answer: 'alias NSEC cut CNAME RRSIG NSEC' },
    {
      rule: 'RRSIG at an alias (RFC 4035 2.5)',
      ask: 'alias RRSIG +tcp',
      answer: `alias ${sig('CNAME', 3)}\nalias ${sig('NSEC', 3)}`,
      differs: { knot: 'one-rrsig' },
    },
    {
      rule: 'ANY: data and not its proof (RFC 8482 4.1)',
      ask: 'host ANY +tcp',
      answer: 'host A 192.0.2.1',
      differs: { bind: 'any-all-types' },
    },
    {
      rule: 'ANY with DO: signed (RFC 8482 4.1)',
      ask: 'host ANY +do +tcp',
      answer: `host A 192.0.2.1\nhost ${sig('A', 3)}`,
      differs: { bind: 'any-all-types' },
    },
    {
      rule: 'without DO no RRSIG beside the answer (RFC 4035 3.1)',
      ask: 'host A +tcp',
      answer: 'host A 192.0.2.1',
    },
    {
      rule: 'DS at the cut with DO (RFC 4035 3.1.4.1)',
      ask: 'cut DS +do +tcp',
      answer: `cut DS 1 13 2 ${'AB'.repeat(32)}\ncut ${sig('DS', 3)}`,
    },
    {
      rule: 'a signed delegation (RFC 4035 3.1.4)',
      ask: 'x.cut A +do +tcp',
      flags: '',
      authority: `cut NS ns.elsewhere.\ncut DS 1 13 2 ${'AB'.repeat(32)}\ncut ${sig('DS', 3)}`,
    },
    {
      rule: 'without DO the referral alone (RFC 4035 3.1)',
      ask: 'x.cut A +tcp',
      flags: '',
      authority: 'cut NS ns.elsewhere.',
    },
    {
      rule: 'DNSKEY at the apex (RFC 4035 3.1.2)',
      ask: '@ DNSKEY +tcp',
      answer: `@ DNSKEY 257 3 13 ${'A'.repeat(86)}==`,
    },
  ],
};
