import { CLASS, name, TYPE, writeSoa } from '@zonewire/shared-protocol';
import { ZoneDiff } from '@zonewire/zone';
import { expect, test } from 'vitest';
import { RECENT_BYTES, RECENT_ZONES, RecentDiffs } from './recent-diffs.ts';

const ZONE = name('z.test.');

function diff(from: number, to: number, extra = 0): ZoneDiff {
  const soa = (serial: number) => ({
    name: ZONE,
    type: TYPE.SOA,
    class: CLASS.IN,
    ttl: 1,
    rdata: writeSoa({ mname: ZONE, rname: ZONE, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 }),
  });
  const texts = Array.from({ length: Math.ceil(extra / 200) }, (_, i) => ({
    name: name(`t${i}`, ZONE),
    type: TYPE.TXT,
    class: CLASS.IN,
    ttl: 1,
    rdata: Uint8Array.of(200, ...new Uint8Array(200)),
  }));
  return ZoneDiff.build(ZONE, [soa(from)], [soa(to), ...texts]);
}

test('only the diff between exactly the serials asked for', () => {
  const recent = new RecentDiffs();
  const last = diff(2, 3);
  recent.set('z', diff(1, 2));
  recent.set('z', last);
  expect(recent.get('z', 2, 3)).toBe(last);
  expect(recent.get('z', 1, 2)).toBeUndefined();
  expect(recent.get('z', 2, 4)).toBeUndefined();
  expect(recent.get('y', 2, 3)).toBeUndefined();
  recent.delete('z');
  expect(recent.get('z', 2, 3)).toBeUndefined();
});

test('a large diff is not kept, and neither is the one before it', () => {
  const recent = new RecentDiffs();
  recent.set('z', diff(1, 2));
  recent.set('z', diff(2, 3, 2 * RECENT_BYTES));
  expect(recent.get('z', 2, 3)).toBeUndefined();
  expect(recent.get('z', 1, 2)).toBeUndefined();
});

test('so many zones are remembered, the longest unchanged is forgotten first', () => {
  const recent = new RecentDiffs();
  const one = diff(1, 2);
  for (let i = 0; i < RECENT_ZONES; i++) recent.set(`z${i}`, one);
  recent.set('z0', one);
  recent.set('new', one);
  expect(recent.get('z1', 1, 2)).toBeUndefined();
  expect(recent.get('z0', 1, 2)).toBe(one);
  expect(recent.get('new', 1, 2)).toBe(one);
});
