import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { name } from '@zonewire/shared-protocol';
import { afterAll, expect, test } from 'vitest';
import { isCorruption } from './database.ts';
import { ImageRows } from './image-rows.ts';
import { JournalRows } from './journal-rows.ts';
import { SetAside } from './set-aside.ts';
import { openZoneStore } from './sqlite-store.ts';
import { newZoneState } from './zone-state.ts';

const dir = mkdtempSync(join(tmpdir(), 'zonewire-columns-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Tables without rules: what stands in a damaged page obeys none. */
function database(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE image (zone INTEGER PRIMARY KEY, position, ordinal, total, layers, crc)');
  db.exec('CREATE TABLE layer (id INTEGER PRIMARY KEY, data, crc)');
  db.exec('CREATE TABLE journal (zone, start, stop, ordinal, total, diff, crc)');
  return db;
}

test.each([null, 'text', 7, 0.5])('a layer that is %j is damaged, and nothing is thrown', (data) => {
  const db = database();
  db.prepare('INSERT INTO layer VALUES (1, ?, 0)').run(data);
  const read = new ImageRows(db).readLayer({ id: 1, size: 4, inFile: false });
  expect(read).toMatchObject({ ok: false, error: { code: 'layer-damaged' } });
});

test.each([null, 'text', 7, 0.5])('a diff that is %j is damaged, and nothing is thrown', (diff) => {
  const db = database();
  db.prepare('INSERT INTO journal VALUES (1, 1, 2, 1, 10, ?, 0)').run(diff);
  const state = { ...newZoneState(1, name('a.test')), position: 2, oldest: { start: 1, ordinal: 1, totalBefore: 0 } };
  const [first] = [...new JournalRows(db).chain(state, name('a.test'), 1)];
  expect(first).toMatchObject({ ok: false, error: { code: 'journal-damaged' } });
});

test('a number that Node does not read is damage of the database', () => {
  const db = database();
  db.prepare('INSERT INTO layer VALUES (1, ?, ?)').run(new Uint8Array(4), 2n ** 60n);
  let thrown: unknown;
  try {
    new ImageRows(db).readLayer({ id: 1, size: 4, inFile: false });
  } catch (error) {
    thrown = error;
  }
  expect(isCorruption(thrown)).toBe(true);
});

test.each([0, 1])('a database cut to %i octets is not a new one', async (size) => {
  const at = join(dir, String(size));
  await (await openZoneStore({ dir: at })).close();
  expect(new SetAside(at).isCutToNothing).toBe(false);
  truncateSync(join(at, 'zones.db'), size);
  const store = await openZoneStore({ dir: at });
  await expect(store.load(name('a.test'))).rejects.toMatchObject({ code: 'store-damaged' });
  await store.close();
});
