import { name, nameToText } from '@zonewire/shared-protocol';
import { expect, test } from 'vitest';
import { zoneVersion } from '../../fixtures/zones.ts';
import { ZoneTable } from '../../zone-table.ts';
import { nameOctets, type ZoneCopy } from './messages.ts';
import { ZoneCopies } from './zone-copies.ts';

const apex = name('example.test.');
const other = name('other.test.');

function copy(serial: number, of = apex, expireAt = 1): ZoneCopy {
  const { layers } = zoneVersion(nameToText(of), `@ 300 SOA ns host ${serial} 3600 600 86400 60\n@ 300 NS ns`);
  return { apex: nameOctets(of), layers, state: 'serving', expireAt, role: 'secondary' };
}

function setUp() {
  const table = new ZoneTable();
  const copies = new ZoneCopies(table, [copy(1)]);
  return { copies, serial: () => table.get(apex)?.version?.serial, entry: () => table.get(apex) };
}

test('a prepared version is shown when its ticket is served, not before', () => {
  const { copies, serial, entry } = setUp();
  copies.take({ kind: 'prepared', zone: copy(2, apex, 9), ticket: 5, isLastServed: false });
  copies.show(4);
  expect(serial()).toBe(1);
  copies.show(5);
  expect(serial()).toBe(2);
  expect(entry()?.expireAt).toBe(9);
});

test('what is told of its zone meanwhile counts, and of another zone changes nothing', () => {
  const { copies, serial } = setUp();
  copies.take({ kind: 'prepared', zone: copy(2), ticket: 1, isLastServed: false });
  copies.take({ kind: 'zones', zones: [copy(1, other)] });
  copies.show(1);
  expect(serial()).toBe(2);
  copies.take({ kind: 'prepared', zone: copy(3), ticket: 2, isLastServed: false });
  copies.take({ kind: 'zones', zones: [copy(4)] });
  copies.show(2);
  expect(serial()).toBe(4);
});

test('a thread that saw nothing while two were prepared, of which the first is served, shows both', () => {
  const { copies, serial } = setUp();
  copies.take({ kind: 'prepared', zone: copy(2), ticket: 1, isLastServed: false });
  copies.take({ kind: 'prepared', zone: copy(1, other), ticket: 2, isLastServed: true });
  expect(serial()).toBe(2);
  copies.show(1);
  copies.take({ kind: 'prepared', zone: copy(3), ticket: 3, isLastServed: false });
  expect(serial()).toBe(2);
});

test('a zone that is removed does not come back, and only the newest that is prepared is kept', () => {
  const { copies, serial } = setUp();
  copies.take({ kind: 'prepared', zone: copy(2), ticket: 1, isLastServed: false });
  copies.take({ kind: 'prepared', zone: copy(3), ticket: 2, isLastServed: false });
  copies.show(1);
  expect(serial()).toBe(1);
  copies.take({ kind: 'removed', apex: nameOctets(apex) });
  copies.show(2);
  expect(serial()).toBeUndefined();
});

test('names with any octet come over as they are, and one is kept of a zone', () => {
  const table = new ZoneTable();
  const odd = name('a\\000\\200\\255.b\\.c.test.');
  const copies = new ZoneCopies(table, [copy(1, odd)]);
  expect(table.get(odd)?.version?.apex).toBe(table.get(odd)?.apex);
  copies.take({ kind: 'zones', zones: [copy(2, odd)] });
  expect(table.get(odd)?.version).toMatchObject({ serial: 2, apex: odd });
  expect(table.get(odd)?.version?.apex).toBe(table.get(odd)?.apex);
  copies.take({ kind: 'removed', apex: nameOctets(odd) });
  expect(table.size).toBe(0);
});
