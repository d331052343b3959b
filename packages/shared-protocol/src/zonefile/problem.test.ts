import { describe, expect, test } from 'vitest';
import { fail, ok } from '../errors.ts';
import { name, nameToText } from '../name/name.ts';
import { parseZoneText, type ZoneTextOptions } from './parse.ts';
import { RecordCollector } from './parse-records.ts';
import type { ZoneTextProblems } from './problem.ts';

const ORIGIN = name('example.test.');

function problemsOf(text: string | Uint8Array, options: Partial<ZoneTextOptions> = {}): ZoneTextProblems {
  const sink = new RecordCollector();
  const result = parseZoneText(text, { origin: ORIGIN, file: 'z', zone: ORIGIN, defaultTtl: 60, sink, ...options });
  if (result.ok) throw new Error(`read without a problem: ${sink.records.length} records`);
  return result.error;
}

/** Where the problem is: `code line:column`. */
function placeOf(text: string | Uint8Array, options: Partial<ZoneTextOptions> = {}): string {
  const { code, line, column } = problemsOf(text, options);
  return `${code} ${line}:${column}`;
}

describe('each problem says its place and code', () => {
  test.each([
    // Quotes and parentheses, where they start.
    ['a TXT "abc\nb A 192.0.2.1\n', 'quote-not-closed 1:7'],
    ['a TXT "abc', 'quote-not-closed 1:7'],
    ['a TXT "abc\\', 'quote-not-closed 1:7'],
    ['a TXT abc "\\"', 'quote-not-closed 1:11'],
    ['a A ( 192.0.2.1\n\n', 'paren-not-closed 1:5'],
    ['a TXT ( "x"\nb TXT "y"\n', 'paren-not-closed 1:7'],
    ['a SOA a b ( 1 2 3 4 5\nb NS c\n', 'paren-not-closed 1:11'],
    ['a A 1 (\nb NS c\n', 'paren-not-closed 1:7'],
    ['a SOA a b ( 1 2 3 4 5\nb NS c\n)', 'token-unexpected 2:1'],
    ['a A 192.0.2.1 )', 'paren-not-open 1:15'],
    [')', 'paren-not-open 1:1'],
    // Owner.
    [' A 192.0.2.1', 'owner-missing 1:2'],
    ['\n\n"a" A 192.0.2.1', 'quotes-unexpected 3:1'],
    ['a..b A 192.0.2.1', 'name-empty-label 1:1'],
    ['.a A 192.0.2.1', 'name-empty-label 1:1'],
    [`${'a'.repeat(64)} A 192.0.2.1`, 'name-label-too-long 1:1'],
    [`${'a.'.repeat(126)} A 192.0.2.1`, 'owner-out-of-zone 1:1'],
    [`${'a.'.repeat(126)}b A 192.0.2.1`, 'name-too-long 1:1'],
    ['a\\ A 192.0.2.1', 'ttl-invalid 1:6'],
    ['a\\2x A 192.0.2.1', 'escape-invalid 1:1'],
    ['a\\256 A 192.0.2.1', 'escape-invalid 1:1'],
    ['a\\', 'escape-invalid 1:1'],
    ['a\u0000b A 192.0.2.1', 'name-control-character 1:1'],
    ['www.example.org. A 192.0.2.1', 'owner-out-of-zone 1:1'],
    ['example.test. A 192.0.2.1\nexample.test.example.org. A 192.0.2.1', 'owner-out-of-zone 2:1'],
    ['$ORIGIN org.\n\nwww A 192.0.2.1', 'owner-out-of-zone 3:1'],
    // TTL, class, type.
    ['a 1h30 A 192.0.2.1', 'ttl-invalid 1:3'],
    ['a 5y A 192.0.2.1', 'ttl-invalid 1:3'],
    ['a 4294967296 A 192.0.2.1', 'ttl-too-large 1:3'],
    ['a 99999999999999999999999999w A 192.0.2.1', 'ttl-too-large 1:3'],
    ['a 5 6 A 192.0.2.1', 'ttl-twice 1:5'],
    ['a CH A 192.0.2.1', 'class-not-in 1:3'],
    ['a 5 ANY A 192.0.2.1', 'class-not-in 1:5'],
    ['a CLASS3 A 192.0.2.1', 'class-not-in 1:3'],
    ['a IN IN A 192.0.2.1', 'class-twice 1:6'],
    ['a AA 192.0.2.1', 'type-unknown 1:3'],
    [' \na\t$TTL 5', 'type-unknown 2:3'],
    ['a AXFR x', 'type-meta 1:3'],
    ['a TYPE255 \\# 0', 'type-meta 1:3'],
    ['a TYPE0 \\# 0', 'type-meta 1:3'],
    ['a', 'type-missing 1:2'],
    ['a 5 IN ; A\n', 'type-missing 1:8'],
    ['a IN "A" 192.0.2.1', 'quotes-unexpected 1:6'],
    // Data; every field's own codes are in rdata.test.ts.
    ['a A', 'field-missing 1:4'],
    ['a MX 10 ; mail', 'field-missing 1:9'],
    ['a MX (\n  10\n  mail\n  extra )', 'token-unexpected 4:3'],
    ['ä.. TXT ü\n', 'name-empty-label 1:1'],
    ['a TXT "üäö" ü "x', 'quote-not-closed 1:15'],
    ['a NULL x', 'rdata-form-unknown 1:8'],
    ['a A \\# 4 010203', 'generic-length 1:5'],
    ['a A \\# 3 010203', 'generic-malformed 1:5'],
    // Directives.
    ['$FOO bar', 'directive-unknown 1:1'],
    ['$ A 192.0.2.1', 'directive-unknown 1:1'],
    ['$ORIGIN', 'directive-incomplete 1:8'],
    ['$ORIGIN a b', 'token-unexpected 1:11'],
    ['$ORIGIN a..b', 'name-empty-label 1:9'],
    ['$TTL', 'directive-incomplete 1:5'],
    ['$TTL x', 'ttl-invalid 1:6'],
    ['$TTL 4294967296', 'ttl-too-large 1:6'],
    ['$TTL 1h 2h', 'token-unexpected 1:9'],
    ['$INCLUDE', 'directive-incomplete 1:9'],
    ['$INCLUDE file', 'include-refused 1:10'],
    ['$INCLUDE file a b', 'token-unexpected 1:17'],
    ['$GENERATE', 'directive-incomplete 1:10'],
    ['$GENERATE 1-2', 'directive-incomplete 1:14'],
    ['$GENERATE 1-2 a$', 'directive-incomplete 1:17'],
    ['$GENERATE 1-2 a$ A', 'directive-incomplete 1:19'],
    ['$GENERATE 1-2 "a$" A 192.0.2.$', 'directive-incomplete 1:15'],
    ['$GENERATE 2-1 a$ A 192.0.2.$', 'generate-range 1:11'],
    ['$GENERATE 1-2/0 a$ A 192.0.2.$', 'generate-range 1:11'],
    ['$GENERATE 1 a$ A 192.0.2.$', 'generate-range 1:11'],
    ['$GENERATE 0-2147483648 a$ A 192.0.2.$', 'generate-range 1:11'],
    [`$GENERATE 1-2 a\${0,2 A 192.0.2.$`, 'generate-template 1:15'],
    [`$GENERATE 1-2 a\${0,2,q} A 192.0.2.$`, 'generate-template 1:15'],
    [`$GENERATE 1-2 a\${} A 192.0.2.$`, 'generate-template 1:15'],
    [`$GENERATE 1-2 a\${0,256} A 192.0.2.$`, 'generate-template 1:15'],
    [`\n$GENERATE 2147483646-2147483647 a\${2} A 192.0.2.1`, 'generate-template 2:1'],
    ['$GENERATE 250-300 a$ A 192.0.2.$', 'ipv4-invalid 1:1'],
    ['$GENERATE 1-2 a$.example.org. A 192.0.2.$', 'owner-out-of-zone 1:1'],
    ['$GENERATE 0-1000000 a$ A 192.0.2.1', 'generate-too-many 1:1'],
    ['$GENERATE 1-2 a$ CH A 192.0.2.$', 'class-not-in 1:18'],
  ])('%j', (text, place) => {
    expect(placeOf(text)).toBe(place);
  });
});

test('without a TTL anywhere', () => {
  expect(placeOf('a A 192.0.2.1', { defaultTtl: undefined })).toBe('ttl-missing 1:5');
  expect(placeOf('$GENERATE 1-2 @ SOA "a b 1 2 3 4 5"', { defaultTtl: undefined })).toBe('generate-soa 1:21');
});

test('the message has file, line, column and the reason; the parts are there too', () => {
  const problem = problemsOf('\n  \nwww MX 10\n');
  expect(problem).toMatchObject({ file: 'z', line: 3, column: 10, code: 'field-missing' });
  expect(problem.message).toBe(`z:3:10: ${problem.reason}`);
  expect(problem.reason).toBe('MX exchange is missing: the record ends here; write MX preference exchange');
});

test('$GENERATE says for which value', () => {
  expect(problemsOf('$GENERATE 250-300 a$ A 192.0.2.$').reason).toContain(
    '$GENERATE for 256: A address: "192.0.2.256"',
  );
});

test('a token that belongs to another record asks for the parenthesis before it', () => {
  expect(problemsOf('@ SOA a b ( 1 2 3 4 5\nb TXT c )\n').reason).toContain('is the "(" of line 1 closed?');
});

test('several problems are told, each where it is, and reading goes on behind each entry', () => {
  const sink = new RecordCollector();
  const text = 'a A 1\nb A (\n 2\n )\nc A 192.0.2.1\nd TXT "x\ne A 192.0.2.2\nf B\n';
  expect(problemsOf(text, { sink }).all.map(({ code, line }) => `${code} ${line}`)).toEqual([
    'ipv4-invalid 1',
    'ipv4-invalid 3',
    'quote-not-closed 6',
    'type-unknown 8',
  ]);
  expect(sink.records).toHaveLength(2);
});

test('an owner that is refused leaves the one before it whole', () => {
  const sink = new RecordCollector();
  const text = 'aaaa A 192.0.2.1\nbb\\300 A 192.0.2.2\n A 192.0.2.3\nc.example.org. A 192.0.2.4\n A 192.0.2.5\n';
  expect(problemsOf(text, { sink }).all.map(({ line }) => line)).toEqual([2, 4]);
  const owners = sink.records.map((record) => nameToText(record.name));
  expect(owners).toEqual(['aaaa.example.test.', 'aaaa.example.test.', 'aaaa.example.test.']);
});

test('limit of problems: 20, or as set', () => {
  const text = 'a A 1\n'.repeat(100);
  expect(problemsOf(text).all).toHaveLength(20);
  expect(problemsOf(text, { limits: { problems: 3 } }).all).toHaveLength(3);
});

describe('$INCLUDE', () => {
  const include = (files: Record<string, string>) => (path: string) =>
    path in files ? ok({ text: files[path], file: path }) : fail('file-not-found', `no file ${path}`);

  test('a problem in an included file has its name and place', () => {
    const problem = problemsOf('$INCLUDE sub\n', { include: include({ sub: '\na A 1\n' }) });
    expect(problem.message).toMatch(/^sub:2:5: /);
  });

  test('a file that cannot be had', () => {
    const problem = problemsOf('\n$INCLUDE  "a b"\n', { include: include({}) });
    expect(problem).toMatchObject({ code: 'include-failed', line: 2, column: 11 });
    expect(problem.reason).toBe('$INCLUDE "a b": no file a b');
  });

  test('limit of nesting: 16, or as set', () => {
    const nested = (n: number) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`f${i}`, i + 1 < n ? `$INCLUDE f${i + 1}\n` : 'a A 192.0.2.1\n']),
      );
    const read = (n: number, limits = {}) => {
      const sink = new RecordCollector();
      return parseZoneText('$INCLUDE f0\n', {
        origin: ORIGIN,
        file: 'z',
        defaultTtl: 1,
        sink,
        include: include(nested(n)),
        limits,
      });
    };
    expect(read(16)).toMatchObject({ ok: true, value: { records: 1, includes: 16 } });
    expect(read(17)).toMatchObject({ ok: false, error: { code: 'include-too-deep', file: 'f15' } });
    expect(read(3, { includeDepth: 2 })).toMatchObject({ ok: false, error: { code: 'include-too-deep', file: 'f1' } });
  });

  test('files that include themselves twice come to an end, by limit of nesting or of files', () => {
    const twice = { f: '$INCLUDE f\n$INCLUDE f\n' };
    expect(placeOf('$INCLUDE f', { include: include(twice) })).toBe('include-too-deep 1:10');
    const fan = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}`, `$INCLUDE f${i + 1}\n`.repeat(10)]));
    expect(placeOf('$INCLUDE f0', { include: include({ ...fan, f12: '' }), limits: { includes: 100 } })).toMatch(
      /^include-too-many /,
    );
    expect(placeOf('$INCLUDE f0', { include: include({ ...fan, f12: '' }) })).toMatch(/^include-too-many /);
  });
});

test('limit of generated records, over all directives', () => {
  const text = '$GENERATE 1-60 a$ A 192.0.2.$\n$GENERATE 1-60 b$ A 192.0.2.$\n';
  expect(placeOf(text, { limits: { generated: 100 } })).toBe('generate-too-many 2:1');
});
