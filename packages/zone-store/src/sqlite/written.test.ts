import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zoneHistory } from '../zone-fixture.ts';
import { openDatabase } from './database.ts';
import { BUSY_MS, FEW } from './group-commit.ts';
import { SqliteZoneStore } from './sqlite-store.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** DiffOptions.written: told between COMMIT and sync, of single changes. */

const apex = name('example.test');
let dir: string;
let now: number;
let failing: boolean;
let told: string[];
let store: SqliteZoneStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-written-'));
  now = 0;
  failing = false;
  told = [];
  const syncFile = () => {
    told.push('sync');
    if (failing) throw new Error('EIO');
  };
  const db = openDatabase(dir);
  store = new SqliteZoneStore(dir, db, { log: new WriteAheadLog(dir, { syncFile }), now: () => now });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

async function stored(count = 1) {
  const history = zoneHistory(apex, 1, 3, 20);
  await store.commitImage(apex, history.version);
  now += BUSY_MS;
  told = [];
  const commits = Array.from({ length: count }, () => {
    const { diff, version } = history.next();
    const written = () => {
      told.push(`written ${version.serial}`);
    };
    return () => store.commitDiff(apex, diff, version, undefined, { written });
  });
  return commits;
}

test('a change is told to be written before it is synced, and not known to anybody else then', async () => {
  const commits = await stored();
  const before = store.diffsFrom(apex, 1)?.length;
  const done = commits[0]();
  await done;
  expect(before).toBe(0);
  expect(told).toEqual(['written 2', 'sync']);
  expect(store.diffsFrom(apex, 1)?.length).toBe(1);
});

test('when the sync fails it was told all the same, the commit rejects and the history is not given', async () => {
  const commits = await stored();
  failing = true;
  await expect(commits[0]()).rejects.toMatchObject({ code: 'store-write-failed' });
  expect(told).toEqual(['written 2', 'sync']);
  expect(store.diffsFrom(apex, 1)).toBeUndefined();
});

test('one that comes soon behind another is synced beside the event loop, and nobody is told before', async () => {
  const commits = await stored(2);
  await commits[0]();
  await commits[1]();
  expect(told).toEqual(['written 2', 'sync']);
});

test(`of more than ${FEW} that share a sync nobody is told (FEW)`, async () => {
  const many = await stored(FEW + 1);
  await Promise.all(many.map((commit) => commit()));
  expect(told).toEqual(['sync']);
});

test('a refused change is not told', async () => {
  const commits = await stored(2);
  await expect(commits[1]()).rejects.toMatchObject({ code: 'store-out-of-order' });
  expect(told).toEqual(['sync']);
});

test('who throws then does not keep the change from being stored, and the error is not lost', async () => {
  await stored(0);
  const history = zoneHistory(apex, 1, 3, 20);
  const { diff, version } = history.next();
  const lost: unknown[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (error) {
      lost.push(error);
    }
  });
  try {
    const written = () => {
      throw new Error('not mine');
    };
    await store.commitDiff(apex, diff, version, undefined, { written });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(lost).toEqual([new Error('not mine')]);
  expect(store.diffsFrom(apex, 1)?.length).toBe(1);
});
