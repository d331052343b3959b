import { copyFileSync, fdatasync, fdatasyncSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zoneHistory } from '../zone-fixture.ts';
import { openDatabase } from './database.ts';
import { BUSY_MS } from './group-commit.ts';
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
  const syncFileBehind = (fd: number, done: (cause: Error | null) => void) => {
    synced.push(stored);
    fdatasync(fd, done);
  };
  const log = new WriteAheadLog(dir, { syncFile, syncFileBehind, reservePause: 0 });
  const store = new SqliteZoneStore(dir, db, { log });
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

const IO_ERROR = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });

test.each(['on the event loop', 'beside it'])(
  'a sync that fails %s: its callers are told, nothing is taken any more, and a new start goes on with what is there',
  async (where) => {
    const db = openDatabase(dir);
    let fails = false;
    const syncFile = () => {
      if (fails) throw IO_ERROR;
    };
    const syncFileBehind = (_fd: number, done: (cause: Error | null) => void) =>
      setImmediate(() => done(fails ? IO_ERROR : null));
    const log = new WriteAheadLog(dir, { syncFile, syncFileBehind });
    let now = 0;
    const store = new SqliteZoneStore(dir, db, { log, now: () => now });
    const history = zoneHistory(apex, 1);
    await store.commitImage(apex, history.version, { facts: { n: 1 } });
    const { diff, version } = history.next();
    if (where === 'on the event loop') now += BUSY_MS;
    fails = true;
    await expect(store.commitDiff(apex, diff, version)).rejects.toMatchObject({ code: 'store-write-failed' });
    fails = false;
    await expect(store.saveFacts(apex, { n: 2 })).rejects.toThrow(
      /could not sync it .* until this process starts anew/,
    );
    await expect(store.load(apex)).rejects.toMatchObject({ code: 'store-write-failed' });
    expect(store.diffsFrom(apex, 1)).toBeUndefined();
    await store.close();
    const reopened = await openZoneStore({ dir });
    // Whether the refused change is there is not known to anybody; that the zone is whole is.
    const again = await reopened.load(apex);
    expect([1, 2]).toContain(again?.version?.serial);
    await reopened.saveFacts(apex, { n: 3 });
    await reopened.close();
  },
);

test('while a group is synced beside the event loop its rows are not shown to anybody', async () => {
  const db = openDatabase(dir);
  const waiting: (() => void)[] = [];
  const syncFileBehind = (_fd: number, done: (cause: Error | null) => void) => void waiting.push(() => done(null));
  const store = new SqliteZoneStore(dir, db, { log: new WriteAheadLog(dir, { syncFileBehind }), now: () => 0 });
  const history = zoneHistory(apex, 1);
  const committing = () => vi.waitUntil(() => waiting.length > 0, 10_000);
  await store.commitImage(apex, history.version, { facts: { n: 1 } });
  const next = (n: number) => {
    const { diff, version } = history.next();
    return store.commitDiff(apex, diff, version, { n });
  };
  const first = next(2);
  await committing();
  waiting.shift()?.();
  await first;
  const second = next(3);
  await committing();
  expect(db.prepare('SELECT count(*) AS rows FROM journal').get()).toEqual({ rows: 2 });
  expect(store.diffsFrom(apex, 1)?.map(({ toSerial }) => toSerial)).toEqual([2]);
  expect(store.diffsFrom(apex, 2)).toEqual([]);
  expect(store.journalInfo(apex)).toMatchObject({ depth: 1 });
  const loaded = store.load(apex);
  waiting.shift()?.();
  await second;
  await committing();
  waiting.shift()?.();
  expect((await loaded)?.facts).toEqual({ n: 3 });
  expect((await loaded)?.version?.serial).toBe(3);
  expect(store.diffsFrom(apex, 1)?.map(({ toSerial }) => toSerial)).toEqual([2, 3]);
  const closed = store.close();
  const ended = setInterval(() => waiting.shift()?.(), 1);
  await closed;
  clearInterval(ended);
});
