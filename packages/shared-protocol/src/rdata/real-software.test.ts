import { describe, expect, test } from 'vitest';
import { unwrap } from '../errors.ts';
import { name } from '../name/name.ts';
import { TYPE_EXAMPLES } from './fixtures/type-examples.ts';
import { ldnsReadZone, namedCompilezone, nsdCheckzone, type ToolAnswer } from './fixtures/zone-tools.ts';
import { genericRdataText, rdataFromText, rdataToText } from './rdata.ts';
import { typeFromText } from './registry.ts';

/**
 * Who says that our octets are right? Real zone readers: each example goes to them as presentation form and as our octets in
 * the generic form of RFC 3597 (`TYPE15 \# 4 ...`). What they print of both has to be the same; and the same again of our own
 * presentation form.
 */
const ORIGIN = name('example.test.');
const HEAD = '$ORIGIN example.test.\n$TTL 3600\n';
const SOA = '@ IN SOA ns1 host 1 2 3 4 5\n@ IN NS ns1.example.org.\n';

interface Example {
  readonly owner: string;
  readonly mnemonic: string;
  readonly text: string;
  readonly generic: string;
  readonly ours: string;
}

const EXAMPLES: readonly Example[] = Object.entries(TYPE_EXAMPLES).flatMap(([mnemonic, texts]) =>
  texts.map((text, i) => {
    const type = typeFromText(mnemonic)!;
    const rdata = unwrap(rdataFromText(type, text, ORIGIN));
    return {
      owner: `${mnemonic.toLowerCase()}-${i}`,
      mnemonic,
      text,
      generic: `TYPE${type} ${genericRdataText(rdata)}`,
      ours: `${mnemonic} ${rdataToText(type, rdata)}`,
    };
  }),
);

/** Types BIND 9.18 refuses: obsolete (MD, MF: a name as in NS), or newer than it (CLA: as TXT; IPN: see rdata.test.ts). */
const NOT_IN_BIND = ['MD', 'MF', 'CLA', 'IPN'];

function zone(examples: readonly Example[], form: (example: Example) => string): string {
  return HEAD + SOA + examples.map((example) => `${example.owner} IN ${form(example)}\n`).join('');
}

/** The tool's line for each owner, without the owner. */
function byOwner(answer: ToolAnswer): Map<string, string> {
  expect(answer.ok, answer.said).toBe(true);
  return new Map(answer.lines.map((line) => [line.split(/[. ]/, 1)[0].toLowerCase(), line]));
}

describe('BIND reads the presentation form, our octets and our printed form as the same record', () => {
  const examples = EXAMPLES.filter(({ mnemonic }) => mnemonic !== 'SOA' && !NOT_IN_BIND.includes(mnemonic));
  const read = (form: (example: Example) => string) => byOwner(namedCompilezone('example.test', zone(examples, form)));
  const presentation = read(({ mnemonic, text }) => `${mnemonic} ${text}`);
  const octets = read(({ generic }) => generic);
  const printed = read(({ ours }) => ours);

  test.each(examples)('$mnemonic $text', ({ owner }) => {
    expect(presentation.get(owner)).toBeTypeOf('string');
    expect(octets.get(owner)).toBe(presentation.get(owner));
    expect(printed.get(owner)).toBe(presentation.get(owner));
  });
});

test.each(EXAMPLES.filter(({ mnemonic }) => mnemonic === 'SOA'))('BIND: SOA $text', ({ text, generic, ours }) => {
  const [presentation, octets, printed] = [`SOA ${text}`, generic, ours].map((soa) => {
    const answer = namedCompilezone('example.test', `${HEAD}@ IN ${soa}\n@ IN NS ns1.example.org.\n`);
    expect(answer.ok, answer.said).toBe(true);
    return answer.lines;
  });
  expect(presentation).toHaveLength(2);
  expect(octets).toEqual(presentation);
  expect(printed).toEqual(presentation);
});

describe.each([
  {
    tool: 'ldns',
    read: (text: string) => ldnsReadZone(text),
    // Types ldns 1.8.3 does not know or reads by rules of its own.
    without: [
      'A6',
      'AMTRELAY',
      'ATMA',
      'AVC',
      'BRID',
      'CLA',
      'DOA',
      'DSYNC',
      'HHIT',
      'IPN',
      'NINFO',
      'NSAP-PTR',
      'NXT',
    ].concat(['RESINFO', 'RKEY', 'SINK', 'TA', 'WALLET']),
    // Prints an empty text as nothing, wants at least a port, key or type, knows NSEC3 with SHA-1 only, escapes alpn once.
    not: /^(WKS 10.0.0.1 6|KEY 49152 3 8|CSYNC \d+ 0|URI 1 1 ""|CAA 255 a1 ""|NSEC3 200 .*|SVCB 16 foo.example.org. alpn=.*)$/,
  },
  {
    tool: 'NSD',
    read: (text: string) => nsdCheckzone('example.test.', text),
    // Types NSD 4.6.1 does not know.
    without: [
      'A6',
      'AMTRELAY',
      'ATMA',
      'BRID',
      'CLA',
      'DOA',
      'DSYNC',
      'EID',
      'GPOS',
      'HHIT',
      'HIP',
      'IPN',
      'NIMLOC',
    ].concat(['NINFO', 'NSAP-PTR', 'RESINFO', 'RKEY', 'SINK', 'TA', 'TALINK', 'WALLET']),
    // Wants a port and a key, changes an original TTL above 2^31, knows NSEC3 with SHA-1 only, lower-case CAA tags only.
    not: /^(WKS 10.0.0.1 6|KEY 49152 3 8|RRSIG TYPE65280 .*|NSEC3 200 .*|CAA 0 TBS .*)$/,
  },
])('$tool reads our octets and our printed form as the same record', ({ read, without, not }) => {
  const examples = EXAMPLES.filter(
    ({ mnemonic, ours }) => mnemonic !== 'SOA' && !without.includes(mnemonic) && !not.test(ours.replace(/ \(.*/, '')),
  );
  const octets = byOwner(read(zone(examples, ({ generic }) => generic)));
  const printed = byOwner(read(zone(examples, ({ ours }) => ours)));

  test.each(examples)('$mnemonic $text', ({ owner }) => {
    expect(octets.get(owner)).toBeTypeOf('string');
    expect(printed.get(owner)).toBe(octets.get(owner));
  });
});
