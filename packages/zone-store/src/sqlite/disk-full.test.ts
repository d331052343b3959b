import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { name, type ZonewireError } from '@zonewire/shared-protocol';
import { diffVersions } from '@zonewire/zone';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textRecord, zoneHistory, zoneVersion } from '../zone-fixture.ts';
import { outcome } from '../zone-store-suite.ts';
import { openDatabase } from './database.ts';
import { IMAGE_RETRY_COMMITS, LAYER_FILE_BYTES } from './image-policy.ts';
import { openZoneStore, SqliteZoneStore } from './sqlite-store.ts';

const apex = name('example.test');
let dir: string;
let db: DatabaseSync;
let store: SqliteZoneStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-full-'));
  db = openDatabase(dir);
  store = new SqliteZoneStore(dir, db);
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** As if the disk were full once the database has `more` pages more than now. */
function limitDatabase(more: number): void {
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
  db.exec(`PRAGMA max_page_count = ${pages + more}`);
}
const freeSpace = () => db.exec('PRAGMA max_page_count = 1000000');

describe('a full disk', () => {
  test('rejects every call of the group and stores nothing of it; later commits work again', async () => {
    const history = zoneHistory(apex, 1, 3, 200);
    await store.commitImage(apex, history.version, { facts: { f: 0 } });
    const zones = Array.from({ length: 50 }, (_, i) => name(`zone${i}.test`));
    const whole = zones.map((zone) => zoneVersion(zone, 1, 20));
    limitDatabase(4);
    const { diff, version } = history.next();
    const commitAll = () => [
      store.commitDiff(apex, diff, version, { f: 1 }),
      ...zones.map((zone, i) => store.commitImage(zone, whole[i])),
    ];
    expect(new Set(await Promise.all(commitAll().map(outcome)))).toEqual(new Set(['store-write-failed']));
    expect(store.stats).toMatchObject({ commits: 1, commitsRefused: 51, syncsFailed: 1, journalRows: 0 });
    expect(store.zones()).toHaveLength(1);
    expect((await store.load(apex))?.version?.serial).toBe(1);
    expect((await store.load(apex))?.facts).toEqual({ f: 0 });
    expect(store.diffsFrom(apex, 1)).toEqual([]);

    const error = (await store.saveFacts(apex, { text: 'x'.repeat(100_000) }).catch((e) => e)) as ZonewireError;
    expect(error.message).toContain('the disk is full; free some space');
    expect(error.cause).toMatchObject({ code: 'ERR_SQLITE_ERROR' });

    freeSpace();
    expect(new Set(await Promise.all(commitAll().map(outcome)))).toEqual(new Set(['stored']));
    await store.close();
    const reopened = await openZoneStore({ dir });
    expect(reopened.zones()).toHaveLength(51);
    expect((await reopened.load(apex))?.version?.digest()).toBe(version.digest());
    expect((await reopened.load(zones[49]))?.version?.digest()).toBe(whole[49].digest());
    await reopened.close();
  });
});

describe('a large image whose file cannot be written', () => {
  const large = (serial: number) =>
    zoneVersion(
      apex,
      serial,
      3,
      Array.from({ length: LAYER_FILE_BYTES / 200 }, (_, i) => textRecord(apex, `t${i}`, 200)),
    );
  const images = () => join(dir, 'images');
  function breakDirectory(): void {
    rmSync(images(), { recursive: true });
    writeFileSync(images(), '');
  }
  function mendDirectory(): void {
    rmSync(images());
    mkdirSync(images());
  }

  test('rejects the call, leaves the stored version, and works again later', async () => {
    const small = zoneVersion(apex, 1, 3);
    await store.commitImage(apex, small);
    breakDirectory();
    expect(await outcome(store.commitImage(apex, large(2)))).toBe('store-write-failed');
    expect((await store.load(apex))?.version?.digest()).toBe(small.digest());
    expect(store.stats.commitsRefused).toBe(1);
    mendDirectory();
    const version = large(3);
    await store.commitImage(apex, version);
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
  });

  test('what was called behind it follows in order, and is refused when it built on it', async () => {
    await store.commitImage(apex, zoneVersion(apex, 1, 3));
    breakDirectory();
    const next = zoneHistory(apex, 5).next();
    const calls = [
      store.commitImage(apex, large(5)),
      store.commitDiff(apex, next.diff, next.version),
      store.saveFacts(apex, { behind: true }),
      store.commitImage(apex, large(6)),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual([
      'store-write-failed',
      'store-out-of-order',
      'stored',
      'store-write-failed',
    ]);
    expect((await store.load(apex))?.facts).toEqual({ behind: true });
    mendDirectory();
    expect(readdirSync(images())).toEqual([]);
  });

  test('an image behind the commits: the journal keeps what a start needs, whatever its limits, until it can be written', async () => {
    const first = large(1);
    await store.commitImage(apex, first);
    store.setLimits(apex, { journalMaxDepth: 2, journalMaxSize: 1e6 });
    // Files cannot be written over directories.
    const obstacles = Array.from({ length: 5 }, (_, i) => join(images(), `${i + 2}.layer.tmp`));
    for (const obstacle of obstacles) mkdirSync(obstacle);
    let version = first;
    const commit = async () => {
      // As after a compaction: none of its layers is on disk.
      const next = large(version.serial + 1);
      await store.commitDiff(apex, diffVersions(version, next), next);
      version = next;
    };
    for (let i = 0; i < 10; i++) await commit();
    await store.close();
    expect(store.stats).toMatchObject({ imagesFailed: 1, imagesWritten: 1, journalRowsTrimmed: 0, commitsRefused: 0 });

    db = openDatabase(dir);
    store = new SqliteZoneStore(dir, db);
    store.setLimits(apex, { journalMaxDepth: 2, journalMaxSize: 1e6 });
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
    expect(store.journalInfo(apex).depth).toBe(10);
    for (let i = 0; i < IMAGE_RETRY_COMMITS; i++) await commit();
    expect(store.stats).toMatchObject({ imagesFailed: 1, imagesWritten: 0 });
    for (const obstacle of obstacles) rmSync(obstacle, { recursive: true });
    for (let i = 0; i < 3; i++) await commit();
    await store.close();
    expect(store.stats.imagesWritten).toBeGreaterThan(0);
    expect(store.stats.journalRowsTrimmed).toBeGreaterThan(IMAGE_RETRY_COMMITS);
    const reopened = await openZoneStore({ dir });
    expect((await reopened.load(apex))?.version?.digest()).toBe(version.digest());
    await reopened.close();
  });

  test('files written for a transaction that fails are removed', async () => {
    await store.commitImage(apex, zoneVersion(apex, 1, 3));
    const texts = { text: 'x'.repeat(100_000) };
    limitDatabase(2);
    expect(await outcome(store.commitImage(apex, large(2), { facts: texts }))).toBe('store-write-failed');
    freeSpace();
    await store.close();
    expect(readdirSync(images())).toEqual([]);
    const reopened = await openZoneStore({ dir });
    expect(reopened.stats.orphansRemoved).toBe(0);
    expect((await reopened.load(apex))?.version?.serial).toBe(1);
    await reopened.close();
  });
});
