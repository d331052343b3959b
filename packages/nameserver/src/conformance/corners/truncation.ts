import { type Corner, NEGATIVE_SOA } from '../corner.ts';

const long = (letter: string) => `"${letter.repeat(200)}"`;
const servers = (cut: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${cut} NS ns${i}.${cut}`).join('\n');
const addresses = (cut: string, count: number) =>
  Array.from({ length: count }, (_, i) => `ns${i}.${cut} A 192.0.2.${i}\nns${i}.${cut} AAAA 2001:db8::${i}`).join('\n');

export const truncation: Corner = {
  title: 'truncation',
  zones: {
    'cutoff.test.': `
      big       TXT   ${long('a')}
      big       TXT   ${long('b')}
      big       TXT   ${long('c')}
      alias     CNAME big
      many      MX    10 big-name-for-a-host.with-a-long-name
      big-name-for-a-host.with-a-long-name A 192.0.2.1
      ${Array.from({ length: 40 }, (_, i) => `big-name-for-a-host.with-a-long-name AAAA 2001:db8::${i}`).join('\n')}
      ${servers('sub', 13)}
      ${addresses('sub', 13)}
      ${Array.from({ length: 40 }, (_, i) => `wide NS server-number-${i}.somewhere.elsewhere.`).join('\n')}
      sibling   NS    ns.aside
      aside     NS    ns.aside
      ${Array.from({ length: 40 }, (_, i) => `ns.aside AAAA 2001:db8::${i}`).join('\n')}
    `,
  },
  cases: [
    {
      rule: 'an RRset of the answer that does not fit: TC and nothing of it (RFC 2181 9)',
      ask: 'big TXT',
      flags: 'aa tc',
      differs: { bind: 'part-of-an-rrset' },
    },
    {
      rule: 'over TCP it is there (RFC 7766 5)',
      ask: 'big TXT +tcp',
      answer: `big TXT ${long('a')}\nbig TXT ${long('b')}\nbig TXT ${long('c')}`,
    },
    {
      rule: 'the alias before it fits (RFC 2181 9)',
      ask: 'alias TXT',
      flags: 'aa tc',
      answer: 'alias CNAME big',
      differs: { bind: 'part-of-an-rrset', pdns: 'truncated-to-nothing' },
    },
    {
      rule: 'additional data that does not fit is left out without TC (RFC 2181 9)',
      ask: 'many MX',
      answer: 'many MX 10 big-name-for-a-host.with-a-long-name',
      additional: 'big-name-for-a-host.with-a-long-name A 192.0.2.1',
      differs: { pdns: 'truncated-to-nothing' },
    },
    {
      rule: 'a delegation that does not fit: TC (RFC 2181 9)',
      ask: 'x.wide A',
      flags: 'tc',
      differs: { bind: 'part-of-an-rrset' },
    },
    {
      rule: 'glue below the cut that does not fit: TC, with the glue that does (RFC 9471 3.1)',
      ask: 'x.sub A',
      flags: 'tc',
      authority: servers('sub', 13),
      additional: `${addresses('sub', 5)}\nns5.sub A 192.0.2.5`,
      differs: {
        bind: 'glue-left-out-silently',
        nsd: 'glue-left-out-silently',
        pdns: 'truncated-to-nothing',
      },
    },
    {
      rule: 'all of it over TCP (RFC 9471 3.1)',
      ask: 'x.sub A +tcp',
      flags: '',
      authority: servers('sub', 13),
      additional: addresses('sub', 13),
    },
    {
      rule: 'glue of a sibling that does not fit: no TC (RFC 9471 3.2)',
      ask: 'x.sibling A',
      flags: '',
      authority: 'sibling NS ns.aside',
      differs: { pdns: 'truncated-to-nothing' },
    },
    { rule: 'a negative answer fits (RFC 2308 3)', ask: 'big A', authority: NEGATIVE_SOA },
    { rule: 'a truncated answer keeps its OPT record (RFC 6891 7)', ask: 'big TXT +bufsize=512', flags: 'aa tc' },
  ],
};
