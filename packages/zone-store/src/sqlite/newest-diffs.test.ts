import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterEach, expect, test } from 'vitest';
import { zoneHistory } from '../zone-fixture.ts';
import { openDatabase } from './database.ts';
import { KEPT_DIFF_BYTES, KEPT_DIFFS, NewestDiffs } from './newest-diffs.ts';
import { SqliteZoneStore } from './sqlite-store.ts';
import { newZoneState, type ZoneState } from './zone-state.ts';

const apex = name('example.test');
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function diffOf(octets = 20) {
  return zoneHistory(apex, 1, 3, octets).next().diff;
}

/** A zone whose history goes from serial 1 to 2. */
function stateAt(id: number, more: Partial<ZoneState> = {}): ZoneState {
  const oldest = { start: 1, ordinal: 1, totalBefore: 0 };
  return { ...newZoneState(id, apex), position: 2, oldest, ...more };
}

test(`the newest diff of the ${KEPT_DIFFS} zones changed last is kept, unless it is large (KEPT_DIFFS, KEPT_DIFF_BYTES)`, () => {
  const newest = new NewestDiffs();
  const diff = diffOf();
  for (let id = 0; id <= KEPT_DIFFS; id++) newest.put(`z${id}`, stateAt(id), 1, diff);
  expect(newest.size).toBe(KEPT_DIFFS);
  expect(newest.find('z0', stateAt(0), 1)).toBeUndefined();
  expect(newest.find('z1', stateAt(1), 1)).toBe(diff);
  const large = { fromSerial: 1, bytes: new Uint8Array(KEPT_DIFF_BYTES + 1) } as unknown as typeof diff;
  newest.put('z1', stateAt(1), 1, large);
  expect(newest.find('z1', stateAt(1), 1)).toBeUndefined();
});

test('it is given only where it is the history: not from elsewhere, not once that was cut, trimmed, or goes on', () => {
  const newest = new NewestDiffs();
  newest.put('z', stateAt(1), 1, diffOf());
  expect(newest.find('z', stateAt(1), 1)).toBeDefined();
  expect(newest.find('z', stateAt(1), 0)).toBeUndefined();
  for (const other of [
    stateAt(2),
    stateAt(1, { epoch: 1 }),
    stateAt(1, { position: 3 }),
    stateAt(1, { oldest: undefined }),
    stateAt(1, { oldest: { start: 2, ordinal: 2, totalBefore: 0 } }),
  ])
    expect(newest.find('z', other, 1)).toBeUndefined();
});

test('the store reads it from memory, and everything older from disk; none without history', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'zonewire-newest-'));
  const db = openDatabase(dir);
  const store = new SqliteZoneStore(dir, db);
  closers.push(() => rmSync(dir, { recursive: true }));
  closers.push(() => store.close());
  const history = zoneHistory(apex, 1, 3, 20);
  await store.commitImage(apex, history.version);
  const made = [history.next(), history.next(), history.next()];
  for (const { diff, version } of made) await store.commitDiff(apex, diff, version);
  db.exec('UPDATE journal SET crc = crc + 1');
  expect(store.diffsFrom(apex, 3)).toEqual([made[2].diff]);
  expect(store.diffsFrom(apex, 3, 1)).toBeUndefined();
  expect(store.diffsFrom(apex, 2)).toBeUndefined();
  store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e9 });
  const { diff, version } = history.next();
  await store.commitDiff(apex, diff, version);
  await store.commitImage(apex, version);
  expect(store.diffsFrom(apex, 4)).toBeUndefined();
});
