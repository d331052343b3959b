import { describe, expect, test } from 'vitest';
import { ok, unwrap } from '../errors.ts';
import { name } from '../name/name.ts';
import { recordToText } from '../rdata/rdata.ts';
import { parseZoneText, type ZoneTextOptions } from './parse.ts';
import { parseRecords, RecordCollector } from './parse-records.ts';

const ORIGIN = name('example.test.');

function read(text: string | Uint8Array, options: Partial<ZoneTextOptions> = {}) {
  const sink = new RecordCollector();
  const summary = unwrap(parseZoneText(text, { origin: ORIGIN, file: 'z', sink, ...options }));
  return { ...summary, lines: sink.records.map(recordToText) };
}

describe('TTL', () => {
  test('RFC 2308 4: $TTL is for records without one, from there on', () => {
    const { lines, ttl } = read('$TTL 10\na A 192.0.2.1\nb 20 A 192.0.2.1\nc A 192.0.2.1\n$TTL 1h\nd A 192.0.2.1');
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['10', '20', '10', '3600']);
    expect(ttl).toBe(3600);
  });

  test('RFC 1035 5.1: without $TTL the last TTL holds, with one warning', () => {
    const { lines, ttl, warnings, warningCount } = read(
      'a 5 A 192.0.2.1\nb A 192.0.2.1\nc 6 A 192.0.2.1\nd A 192.0.2.1',
    );
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['5', '5', '6', '6']);
    expect(ttl).toBeUndefined();
    expect(warningCount).toBe(1);
    expect(warnings[0].message).toBe(
      'z:2:1: without $TTL the TTL of the record before, 5, is taken; write $TTL at the top',
    );
  });

  test('an SOA without TTL takes its minimum, and so do the records behind it, with a warning', () => {
    const { lines, warnings } = read('@ SOA a b 1 2 3 4 77\nb A 192.0.2.1\nc 6 A 192.0.2.1\nd A 192.0.2.1');
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['77', '77', '6', '77']);
    expect(warnings.map(({ code, line }) => `${code} ${line}`)).toEqual(['ttl-from-soa 1']);
  });

  test('the option defaultTtl is like $TTL before the text', () => {
    expect(read('a A 192.0.2.1\nb 9 A 192.0.2.1\nc A 192.0.2.1', { defaultTtl: 8 }).lines[2]).toBe(
      'c.example.test. 8 IN A 192.0.2.1',
    );
  });

  test('RFC 2181 8: up to 2^31 - 1', () => {
    expect(read('a 2147483647 A 192.0.2.1').lines[0]).toContain(' 2147483647 ');
  });
});

test('the sink is told the place of each record before it gets it', () => {
  const seen: string[] = [];
  const include = () => ok({ text: '\n\ti A 192.0.2.1\nj A 192.0.2.2', file: 'inc' });
  const text =
    '$TTL 1\na A 192.0.2.1\n\n  A 192.0.2.2\nb A ( 192.0.2.3\n )\n$INCLUDE x\n$GENERATE 1-2 g$ A 192.0.2.$\n( c ) A 192.0.2.1';
  unwrap(
    parseZoneText(text.replace('$INCLUDE x', 'k A 192.0.2.1\n$INCLUDE x'), {
      origin: ORIGIN,
      file: 'z',
      include: () => ok({ ...unwrap(include()), text: '\n\tA 192.0.2.1\nj A 192.0.2.2' }),
      sink: {
        at: (file, line, column) => seen.push(`${file}:${line}:${column}`),
        add: (owner, start, end) =>
          seen.push(String.fromCharCode(...owner.subarray(start + 1, Math.min(end, start + 1 + owner[start])))),
      },
    }),
  );
  expect(seen).toEqual([
    'z:2:1',
    'a',
    'z:4:3',
    'a',
    'z:5:1',
    'b',
    'z:7:1',
    'k',
    'inc:2:2',
    'k',
    'inc:3:1',
    'j',
    'z:9:1',
    'g1',
    'z:9:1',
    'g2',
    'z:10:3',
    'c',
  ]);
});

test('counts: records, includes, generated', () => {
  const include = () => ok({ text: 'i A 192.0.2.1', file: 'inc' });
  expect(
    read('$TTL 1\na A 192.0.2.1\n$INCLUDE x\n$INCLUDE y\n$GENERATE 1-3 g$ A 192.0.2.$', { include }),
  ).toMatchObject({
    records: 6,
    includes: 2,
    generated: 3,
  });
});

test('the include port gets the path as meant and the file it stands in', () => {
  const asked: string[][] = [];
  const include = (path: string, from: string) => {
    asked.push([path, from]);
    return ok({ text: asked.length === 1 ? '$INCLUDE "b\\" c"' : '', file: `/zones/${asked.length}` });
  };
  read('$INCLUDE sub/a\\ x.zone', { include });
  expect(asked).toEqual([
    ['sub/a x.zone', 'z'],
    ['b" c', '/zones/1'],
  ]);
});

test('warnings are kept up to their limit and counted beyond', () => {
  const text = `$TTL 1\na A 192.0.2.1\n${'$ORIGIN sub.example.test.\n A 192.0.2.1\n'.repeat(30)}`;
  const { warnings, warningCount } = read(text);
  expect(warnings).toHaveLength(20);
  expect(warningCount).toBe(30);
  expect(warnings[0]).toMatchObject({ code: 'owner-before-origin', line: 4, column: 2 });
  expect(read(text, { limits: { warnings: 2 } }).warnings).toHaveLength(2);
});

describe('octets', () => {
  test('a byte order mark is skipped, and does not count as a column', () => {
    expect(read('\ufeffa 1 A 192.0.2.1').lines).toEqual(['a.example.test. 1 IN A 192.0.2.1']);
    const sink = new RecordCollector();
    const result = parseZoneText('\ufeff 1 A 192.0.2.1', { origin: ORIGIN, file: 'z', sink });
    expect(result).toMatchObject({ error: { code: 'owner-missing', line: 1, column: 2 } });
  });

  test('text that is not UTF-8 keeps its octets', () => {
    const text = Uint8Array.of(...new TextEncoder().encode('a 1 TXT '), 0xff, 0xfe, 0x0a);
    expect(read(text).lines).toEqual(['a.example.test. 1 IN TXT "\\255\\254"']);
  });

  test('a string is UTF-8', () => {
    expect(read('a 1 TXT ü').lines).toEqual(['a.example.test. 1 IN TXT "\\195\\188"']);
  });
});

test('an empty text is an empty zone', () => {
  for (const text of ['', '\n', ';', '; x\n\n \t\n', '$ORIGIN a\n', '()', '(\n)\n']) expect(read(text).records).toBe(0);
});

test('zone: the apex in another case is inside, the sibling with the same ending is not', () => {
  const zone = name('example.test.');
  expect(read('EXAMPLE.Test. 1 A 192.0.2.1\nx.eXample.test. 1 A 192.0.2.1', { zone }).records).toBe(2);
  const sink = new RecordCollector();
  const outside = parseZoneText('badexample.test. 1 A 192.0.2.1', { origin: ORIGIN, file: 'z', zone, sink });
  expect(outside.ok ? '' : outside.error.code).toBe('owner-out-of-zone');
  expect(sink.records).toEqual([]);
});

test('a TTL of more than 31 bits counts as 0, with a warning (RFC 2181 8)', () => {
  const text = '$TTL 2147483648\na A 192.0.2.1\nb 4294967295 A 192.0.2.2\nc 2147483647 A 192.0.2.3\n';
  const { lines, warnings } = read(text);
  expect(lines.map((line) => line.split(' ')[1])).toEqual(['0', '0', '2147483647']);
  expect(warnings.map(({ code, line, column }) => [code, line, column])).toEqual([
    ['ttl-above-limit', 1, 1],
    ['ttl-above-limit', 3, 1],
  ]);
  expect(read('@ SOA a b 1 2 3 4 2147483648\na A 192.0.2.1').lines[1]).toBe('a.example.test. 0 IN A 192.0.2.1');
});

test('octets from 0x80 are names as they are (RFC 2181 11, RFC 6763 4.1.1)', () => {
  expect(read('$TTL 1\nBüro CNAME drück').lines).toEqual([
    'B\\195\\188ro.example.test. 1 IN CNAME dr\\195\\188ck.example.test.',
  ]);
});

test('data of $GENERATE in several words need no quotes', () => {
  expect(read('$TTL 1\n$GENERATE 1-2 t$ TXT "a $" b').lines).toEqual([
    't1.example.test. 1 IN TXT "a 1" "b"',
    't2.example.test. 1 IN TXT "a 2" "b"',
  ]);
});

describe('parseRecords', () => {
  test('names are absolute or relative to the origin; the TTL is 3600 where none is given', () => {
    expect(parseRecords('a A 192.0.2.1\n@ 5 NS b.', ORIGIN).map(recordToText)).toEqual([
      'a.example.test. 3600 IN A 192.0.2.1',
      'example.test. 5 IN NS b.',
    ]);
    expect(parseRecords('a A 192.0.2.1').map(recordToText)).toEqual(['a. 3600 IN A 192.0.2.1']);
  });

  test('throws with code and place', () => {
    expect(() => parseRecords('a. A 1')).toThrow(/^text:1:6: /);
    expect(() => parseRecords('a. A 1')).toThrow(expect.objectContaining({ code: 'ipv4-invalid' }));
  });
});
