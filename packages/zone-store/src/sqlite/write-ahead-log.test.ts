import { copyFileSync, fdatasyncSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zoneHistory } from '../zone-fixture.ts';
import { openDatabase } from './database.ts';
import { openZoneStore, SqliteZoneStore } from './sqlite-store.ts';
import { RESERVED_BYTES, WriteAheadLog } from './write-ahead-log.ts';

const apex = name('example.test');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const logSize = () => statSync(join(dir, 'zones.db-wal')).size;

test('each group is synced before its callers are told, and only what was committed is read from the reserved log', async () => {
  const synced: number[] = [];
  const db = openDatabase(dir);
  const syncFile = (fd: number) => {
    synced.push(stored);
    fdatasyncSync(fd);
  };
  const log = new WriteAheadLog(dir, { syncFile, reservePause: 0 });
  const store = new SqliteZoneStore(dir, db, log);
  let stored = 0;
  const history = zoneHistory(apex, 1);
  await store.commitImage(apex, history.version);
  stored++;
  await vi.waitUntil(() => logSize() === RESERVED_BYTES, 10_000);
  for (let i = 0; i < 5; i++) {
    const { diff, version } = history.next();
    await store.commitDiff(apex, diff, version, { i });
    stored++;
  }
  expect(synced).toEqual([0, 1, 2, 3, 4, 5]);
  expect(logSize()).toBe(RESERVED_BYTES);
  // As a crash leaves it: the log with its frames and the zeros behind them.
  const crashed = join(dir, 'crashed');
  mkdirSync(crashed);
  for (const file of ['zones.db', 'zones.db-wal']) copyFileSync(join(dir, file), join(crashed, file));
  const reopened = await openZoneStore({ dir: crashed });
  const loaded = await reopened.load(apex);
  expect([loaded?.version?.serial, loaded?.facts]).toEqual([6, { i: 4 }]);
  await reopened.close();
  await store.close();
});

test('a sync that fails: its callers are told, nothing is taken any more, and a new start goes on with what is there', async () => {
  const db = openDatabase(dir);
  let fails = false;
  const syncFile = () => {
    if (fails) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
  };
  const log = new WriteAheadLog(dir, { syncFile });
  const store = new SqliteZoneStore(dir, db, log);
  const history = zoneHistory(apex, 1);
  await store.commitImage(apex, history.version, { facts: { n: 1 } });
  const { diff, version } = history.next();
  fails = true;
  await expect(store.commitDiff(apex, diff, version)).rejects.toMatchObject({ code: 'store-write-failed' });
  fails = false;
  await expect(store.saveFacts(apex, { n: 2 })).rejects.toThrow(/could not sync it .* until this process starts anew/);
  await expect(store.load(apex)).rejects.toMatchObject({ code: 'store-write-failed' });
  expect(store.diffsFrom(apex, 1)).toBeUndefined();
  await store.close();
  const reopened = await openZoneStore({ dir });
  // Whether the refused change is there is not known to anybody; that the zone is whole is.
  const again = await reopened.load(apex);
  expect([1, 2]).toContain(again?.version?.serial);
  await reopened.saveFacts(apex, { n: 3 });
  await reopened.close();
});
