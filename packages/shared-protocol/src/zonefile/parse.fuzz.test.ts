import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fail, ok } from '../errors.ts';
import { isName, name } from '../name/name.ts';
import { TYPE_EXAMPLES } from '../rdata/fixtures/type-examples.ts';
import { isWellFormedRdata } from '../rdata/rdata.ts';
import { parseZoneText } from './parse.ts';
import { RecordCollector } from './parse-records.ts';

const ORIGIN = name('example.test.');
/** More: FUZZ_RUNS=200000 vitest run ... parse.fuzz */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);
const SAMPLE = [
  '$TTL 1h\n@ IN SOA ns1 host ( 1 ; x\n 2h 3 4 5 )\n NS ns1\n',
  ...Object.entries(TYPE_EXAMPLES).map(([mnemonic, texts]) => `${mnemonic} IN ${mnemonic} ${texts[0]}\n`),
  `$GENERATE 1-3 a\${0,3,x} A 192.0.2.$\n$INCLUDE self sub\n$ORIGIN sub\n "x"\n`,
].join('');

/** Reads as a hostile text may be read: every problem has a place inside the text, every record is a good one. */
function readHostile(text: string | Uint8Array): void {
  const sink = new RecordCollector();
  const include = (path: string) => (path === 'self' ? ok({ text, file: 'self' }) : fail('no-file', 'none'));
  const limits = { includeDepth: 2, generated: 1000 };
  const result = parseZoneText(text, { origin: ORIGIN, file: 'z', sink, include, limits });
  for (const { type, ttl, rdata, name: owner } of sink.records) {
    if (!isWellFormedRdata(type, rdata) || ttl < 0 || ttl > 0x7fff_ffff || !isName(owner))
      throw new Error(`a record that is not good: type ${type}`);
  }
  if (result.ok) return;
  expect(result.error.all.length).toBeLessThanOrEqual(20);
  const lines = (typeof text === 'string' ? text : new TextDecoder().decode(text)).split(/\r\n|\r|\n/);
  for (const { line, column, reason } of result.error.all) {
    expect(reason).not.toBe('');
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual([...(lines[line - 1] ?? '')].length + 1);
  }
}

test('random octets are read or refused, never thrown over', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readHostile), { numRuns: RUNS });
});

test('random tokens', () => {
  const token = fc.constantFrom(
    ...[
      'a',
      '@',
      ' ',
      '\t',
      '\n',
      '\r\n',
      '(',
      ')',
      '"',
      ';',
      '\\',
      '\\#',
      '.',
      '..',
      'A',
      'TXT',
      'MX',
      'SOA',
      'IN',
      'CH',
      'TYPE1',
      '5',
      '1h',
    ],
    ...[
      '$TTL',
      '$ORIGIN',
      '$INCLUDE self',
      '$GENERATE',
      '1-3',
      '$',
      `\${0,2,d}`,
      '192.0.2.1',
      'x'.repeat(70),
      '\u00fc',
      '\\300',
      '0',
      '\u0000',
    ],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), (tokens) => readHostile(tokens.join(' '))),
    { numRuns: RUNS },
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), (tokens) => readHostile(tokens.join(''))),
    { numRuns: RUNS },
  );
});

test('a good zone with octets changed, cut out or doubled', () => {
  const bytes = new TextEncoder().encode(SAMPLE);
  const change = fc.tuple(
    fc.nat(bytes.length - 1),
    fc.nat(40),
    fc.oneof(fc.nat(255), fc.constantFrom(...'()";\\$\n '.split('').map((c) => c.charCodeAt(0)))),
    fc.nat(2),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      let text = bytes;
      for (const [at, length, octet, kind] of changes) {
        const i = at % text.length;
        const cut = kind === 0 ? 1 : kind === 1 ? length : 0;
        const middle = kind === 2 ? text.subarray(i, i + length) : Uint8Array.of(octet);
        text = Uint8Array.of(...text.subarray(0, i), ...middle, ...text.subarray(i + cut));
      }
      readHostile(text);
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});

test('a long text that opens a parenthesis, a quote or an escape again and again is read in its length, not its square', () => {
  for (const unit of [
    '(',
    '(a ',
    '"',
    '"\n',
    '\\',
    'a TXT (\n',
    ')',
    'a A 192.0.2.1 (\n)',
    '$ORIGIN a\n',
    'a\n',
    '$GENERATE 1-2 ',
  ]) {
    const text = unit.repeat(1_000_000 / unit.length);
    const start = performance.now();
    readLong(text);
    expect(performance.now() - start, unit).toBeLessThan(3000);
  }
});

function readLong(text: string): void {
  parseZoneText(text, { origin: ORIGIN, file: 'z', defaultTtl: 1, sink: new RecordCollector() });
}
