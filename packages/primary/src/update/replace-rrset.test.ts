import { name, parseRecords, recordToText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { expect, test } from 'vitest';
import { evaluateChange } from './evaluate.ts';

const APEX = name('example.test.');
const builder = new ZoneBuilder(APEX);
const text = `
@     60 SOA ns host 1 3600 600 86400 60
@     60 NS ns
ns    60 A 192.0.2.1
www   60 A 192.0.2.2
www   60 A 192.0.2.3
www   60 TXT "beside"
alias 60 CNAME www
tree  60 DNAME other.test.
`;
for (const record of parseRecords(text, APEX)) builder.addRecord(record);
const version = unwrap(builder.finish());

/** The change of an API call as sorted lines `-record`, `+record`, and what it said of steps not done. */
function replace(owner: string, type: keyof typeof TYPE, ...records: string[]) {
  const rdatas = records.map((rdata) => parseRecords(`x 60 ${type} ${rdata}`, APEX)[0].rdata);
  const step = { kind: 'replace-rrset', name: name(owner, APEX), type: TYPE[type], ttl: 60, rdatas } as const;
  const outcome = evaluateChange(version, { updates: [step] });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  if (outcome.kind === 'unchanged') return { changes: [], ignored: outcome.ignored };
  const lines = (sign: string, all: typeof outcome.changes.added) =>
    all.map((record) => `${sign}${recordToText(record).replace(/\s+/g, ' ')}`);
  const { removed, added } = outcome.changes;
  return { changes: [...lines('-', removed), ...lines('+', added)].sort(), ignored: outcome.ignored };
}

test('the RRset becomes exactly this one; what stays is not touched', () => {
  expect(replace('www', 'A', '192.0.2.3', '192.0.2.4')).toEqual({
    changes: ['+www.example.test. 60 IN A 192.0.2.4', '-www.example.test. 60 IN A 192.0.2.2'],
    ignored: [],
  });
});

test('by nothing: it goes, but not the NS of the apex', () => {
  expect(replace('www', 'TXT').changes).toEqual(['-www.example.test. 60 IN TXT "beside"']);
  expect(replace('@', 'NS')).toEqual({ changes: [], ignored: [expect.stringContaining('RFC 2136 3.4.2.3')] });
});

test('a CNAME by another, also when it is there twice', () => {
  const changes = [
    '+alias.example.test. 60 IN CNAME ns.example.test.',
    '-alias.example.test. 60 IN CNAME www.example.test.',
  ];
  expect(replace('alias', 'CNAME', 'ns')).toEqual({ changes, ignored: [] });
  expect(replace('alias', 'CNAME', 'ns', 'ns')).toEqual({ changes, ignored: [] });
});

test.each([
  ['alias', 'CNAME'],
  ['tree', 'DNAME'],
] as const)('%s by several %s: not done, nothing is removed (RFC 1034 3.6.2, RFC 6672 2.4)', (owner, type) => {
  expect(replace(owner, type, 'a', 'b')).toEqual({
    changes: [],
    ignored: [`${owner}.example.test.: a name has one ${type} at most, not 2`],
  });
});

test('a CNAME beside other records, others beside a CNAME: not done, nothing is removed (RFC 2136 3.4.2.2)', () => {
  expect(replace('www', 'CNAME', 'ns')).toEqual({ changes: [], ignored: [expect.stringContaining('no CNAME beside')] });
  expect(replace('alias', 'A', '192.0.2.9')).toEqual({
    changes: [],
    ignored: [expect.stringContaining('beside a CNAME')],
  });
});
