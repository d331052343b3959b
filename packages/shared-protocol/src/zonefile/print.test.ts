import fc from 'fast-check';
import { expect, test } from 'vitest';
import { name } from '../name/name.ts';
import { arbitraryNameBelow, arbitraryRdata } from '../rdata/fixtures/arbitrary-rdata.ts';
import { namedTypes } from '../rdata/registry.ts';
import type { ResourceRecord } from '../record/record.ts';
import { isMetaType } from '../record/types.ts';
import { parseRecords } from './parse-records.ts';
import { printZone } from './print.ts';

const ORIGIN = name('Example.test.');

function print(records: readonly ResourceRecord[], origin = ORIGIN): string {
  return [...printZone(records, { origin })].join('');
}

test('looks as a person would write it', () => {
  const records = parseRecords(
    [
      '@ 3600 NS ns1',
      '@ 3600 SOA ns1 hostmaster 2024010101 7200 3600 1209600 300',
      'www 3600 A 192.0.2.1',
      'www 3600 A 192.0.2.2',
      'www 60 TXT "x"',
      '*.sub 3600 MX 10 mail.example.org.',
      'outside.example. 3600 A 192.0.2.3',
    ].join('\n'),
    ORIGIN,
  );
  expect(print(records)).toBe(
    `$ORIGIN Example.test.
$TTL 3600
@                               IN SOA     ns1 hostmaster (
                                            2024010101 ; serial
                                            7200       ; refresh
                                            3600       ; retry
                                            1209600    ; expire
                                            300        ; minimum
                                            )
                                IN NS      ns1
www                             IN A       192.0.2.1
                                IN A       192.0.2.2
                             60 IN TXT     "x"
*.sub                           IN MX      10 mail.example.org.
outside.example.                IN A       192.0.2.3
`,
  );
});

test('without an SOA, and without anything', () => {
  expect(print(parseRecords('a 5 A 192.0.2.1', ORIGIN))).toBe(
    `$ORIGIN Example.test.\n$TTL 5\na                               IN A       192.0.2.1\n`,
  );
  expect(print([])).toBe('$ORIGIN Example.test.\n');
});

test('the case of names is kept: what differs from the origin in case is not made relative', () => {
  const records = parseRecords('a.EXAMPLE.test. 1 NS b.example.TEST.\na.Example.test. 1 NS B', ORIGIN);
  expect(print(records)).toContain('a.EXAMPLE.test.');
  expect(parseRecords(print(records))).toEqual(records);
});

test('octets that are no text of their type are printed as they are', () => {
  const broken = { name: name('a.', ORIGIN), type: 65_280, class: 1, ttl: 5, rdata: Uint8Array.of(1, 2) };
  expect(print([broken])).toContain('TYPE65280 \\# 2 0102');
});

const types = [...namedTypes().filter((type) => !isMetaType(type)), 65_280];

const record = fc
  .constantFrom(...types)
  .chain((type) =>
    fc
      .tuple(
        fc.oneof(arbitraryNameBelow(ORIGIN), arbitraryNameBelow(name('Other.'))),
        fc.nat(0x7fff_ffff),
        arbitraryRdata(type),
      )
      .map(([owner, ttl, rdata]): ResourceRecord => ({ name: owner, type, class: 1, ttl, rdata })),
  );

test.each(['Example.test.', '.', 'test.', 'a\\.b.\\064\\$.'])(
  'random zones read back as the same records, origin %s',
  (origin) => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const soa = records.findIndex(({ type }) => type === 6);
        const expected = soa < 0 ? records : [records[soa], ...records.slice(0, soa), ...records.slice(soa + 1)];
        expect(parseRecords(print(records, name(origin)))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  },
);
