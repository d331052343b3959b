import { name, parseRecords, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, checkZone, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { expect, test } from 'vitest';
import { soaWithSerial } from '../soa.ts';
import { refuseResult } from './check-change.ts';
import { evaluateChange } from './evaluate.ts';

const APEX = name('example.test.');
const TEXT = `@ 60 SOA ns h 1 1 1 1 1
@ 60 NS ns.elsewhere.
@ 60 NS ns
a.tree 60 A 192.0.2.1
d 60 DNAME other.test.
alias 60 CNAME a.tree`;

function base(): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  for (const record of parseRecords(TEXT, APEX)) builder.addRecord(record);
  return unwrap(builder.finish());
}

/** The refusal of adding one record, and what the zone checks say of the result. */
function add(text: string): { refused: string | undefined; errors: string[] } {
  const version = base();
  const [record] = parseRecords(text, APEX);
  const evaluation = evaluateChange(version, { updates: [{ kind: 'add', ...record }] });
  if (evaluation.kind !== 'changed') throw new Error(`${text} changes nothing`);
  const { removed, added } = evaluation.changes;
  const soa = soaWithSerial(version.soaRecord, 2);
  const next = unwrap(applyDiff(version, ZoneDiff.build(APEX, [version.soaRecord, ...removed], [soa, ...added])));
  const errors = checkZone(next).filter(({ severity }) => severity === 'error');
  return { refused: refuseResult(next, added)?.code, errors: errors.map(({ code }) => code) };
}

test('a change is refused exactly when the zone checks would refuse its result', () => {
  expect(checkZone(base()).filter(({ severity }) => severity === 'error')).toEqual([]);
  for (const text of [
    'tree 60 DNAME other.test.',
    'x.d 60 A 192.0.2.1',
    'y.x.d 60 TXT "below"',
    '@ 60 NS alias',
    'ns 60 CNAME a.tree',
  ]) {
    const { refused, errors } = add(text);
    expect(errors, text).toHaveLength(1);
    expect([refused], text).toEqual(errors);
  }
  for (const text of [
    'leaf 60 DNAME other.test.',
    'd 60 TXT "beside"',
    'tree 60 A 192.0.2.1',
    'sub 60 NS ns',
    'sub 60 NS alias',
    'ns 60 A 192.0.2.1',
    'alias2 60 CNAME ns',
  ])
    expect(add(text), text).toEqual({ refused: undefined, errors: [] });
});
