import { type Corner, NEGATIVE_SOA } from '../corner.ts';

export const binaryLabels: Corner = {
  title: 'labels of any octets',
  zones: {
    'binary.test.': `
      \\000            TXT    "zero"
      a\\000b          TXT    "zero inside"
      a                TXT    "not cut off at the zero"
      \\255\\254        TXT    "high"
      a\\.b            TXT    "a dot inside a label"
      b                TXT    "the label behind that dot"
      a.b              TXT    "two labels"
      with\\032space   TXT    "space"
      back\\\\slash     TXT    "backslash"
      \\"quoted\\"     TXT    "quotes"
      semi\\;colon     TXT    "semicolon"
      \\@              TXT    "at"
      \\(\\)           TXT    "parentheses"
      \\001\\002.\\003  TXT   "control"
      \\192\\012       TXT    "looks like a pointer"
      *.\\000          TXT    "wildcard below zero"
      alias            CNAME  a\\000b
      *                A      192.0.2.1
    `,
  },
  cases: [
    { rule: 'a zero octet (RFC 2181 11)', ask: '\\000 TXT', answer: '\\000 TXT "zero"' },
    { rule: 'a zero octet inside (RFC 2181 11)', ask: 'a\\000b TXT', answer: 'a\\000b TXT "zero inside"' },
    { rule: 'does not end a label (RFC 2181 11)', ask: 'a TXT', answer: 'a TXT "not cut off at the zero"' },
    { rule: 'octets above 127 (RFC 2181 11)', ask: '\\255\\254 TXT', answer: '\\255\\254 TXT "high"' },
    { rule: 'a dot inside a label (RFC 1035 5.1)', ask: 'a\\.b TXT', answer: 'a\\.b TXT "a dot inside a label"' },
    { rule: 'is not two labels (RFC 1035 5.1)', ask: 'a.b TXT', answer: 'a.b TXT "two labels"' },
    { rule: 'a space (RFC 2181 11)', ask: 'with\\032space TXT', answer: 'with\\032space TXT "space"' },
    { rule: 'a backslash (RFC 1035 5.1)', ask: 'back\\\\slash TXT', answer: 'back\\\\slash TXT "backslash"' },
    { rule: 'quotes (RFC 1035 5.1)', ask: '\\"quoted\\" TXT', answer: '\\"quoted\\" TXT "quotes"' },
    { rule: 'a semicolon (RFC 1035 5.1)', ask: 'semi\\;colon TXT', answer: 'semi\\;colon TXT "semicolon"' },
    { rule: 'an at sign (RFC 1035 5.1)', ask: '\\@ TXT', answer: '\\@ TXT "at"' },
    { rule: 'parentheses (RFC 1035 5.1)', ask: '\\(\\) TXT', answer: '\\(\\) TXT "parentheses"' },
    { rule: 'control characters (RFC 2181 11)', ask: '\\001\\002.\\003 TXT', answer: '\\001\\002.\\003 TXT "control"' },
    { rule: 'their parent is an empty non-terminal (RFC 4592 2.2.2)', ask: '\\003 TXT', authority: NEGATIVE_SOA },
    {
      rule: 'octets that would be a pointer elsewhere (RFC 1035 4.1.4)',
      ask: '\\192\\012 TXT',
      answer: '\\192\\012 TXT "looks like a pointer"',
    },
    { rule: 'a wildcard below (RFC 4592 3.3.1)', ask: 'x.\\000 TXT', answer: 'x.\\000 TXT "wildcard below zero"' },
    {
      rule: 'an alias to one (RFC 2181 11)',
      ask: 'alias TXT',
      answer: 'alias CNAME a\\000b\na\\000b TXT "zero inside"',
    },
    {
      rule: 'any octets are covered by a wildcard (RFC 4592 3.3.1)',
      ask: '\\127\\128\\010 A',
      answer: '\\127\\128\\010 A 192.0.2.1',
    },
  ],
};
