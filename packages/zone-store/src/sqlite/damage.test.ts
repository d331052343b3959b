import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { name, ZonewireError } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ZoneStore } from '../port.ts';
import { textRecord, zoneHistory, zoneVersion } from '../zone-fixture.ts';
import { outcome } from '../zone-store-suite.ts';
import { rowChecksum } from './checksum.ts';
import { FORMAT_VERSION } from './database.ts';
import { LAYER_FILE_BYTES } from './image-policy.ts';
import { openZoneStore } from './sqlite-store.ts';

const apex = name('example.test');
const healthy = name('healthy.test');
let dir: string;
let store: ZoneStore;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-damage-'));
  store = await openZoneStore({ dir });
  await store.commitImage(healthy, zoneVersion(healthy, 1, 3), { facts: { fine: true } });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function reopen(): Promise<void> {
  await store.close();
  store = await openZoneStore({ dir });
}

/** Flips one bit of the only place in zones.db where `bytes` stand, as a failing disk would. */
async function flipInDatabase(bytes: Uint8Array): Promise<void> {
  await store.close();
  const path = join(dir, 'zones.db');
  const file = readFileSync(path);
  const at = file.indexOf(bytes);
  expect(at).toBeGreaterThan(0);
  expect(file.indexOf(bytes, at + 1)).toBe(-1);
  file[at + (bytes.length >> 1)] ^= 4;
  writeFileSync(path, file);
  store = await openZoneStore({ dir });
}

/** Changes rows behind the store's back. */
async function alter(sql: string): Promise<void> {
  await store.close();
  const db = new DatabaseSync(join(dir, 'zones.db'));
  db.exec(sql);
  db.close();
  store = await openZoneStore({ dir });
}

/** The zone does not load and says why; the other one does; a whole version heals it. */
async function expectDamaged(why: RegExp): Promise<void> {
  const error = await store.load(apex).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ZonewireError);
  expect((error as ZonewireError).code).toBe('store-damaged');
  expect((error as ZonewireError).zone).toBe('example.test.');
  expect((error as ZonewireError).message).toMatch(why);
  expect((error as ZonewireError).message).toContain('a secondary transfers the zone anew');
  expect(store.stats.damaged).toBe(1);
  expect((await store.load(healthy))?.facts).toEqual({ fine: true });
  expect((await store.load(healthy))?.version?.serial).toBe(1);

  const whole = zoneVersion(apex, 1000, 4);
  await store.commitImage(apex, whole, { facts: { healed: true } });
  await reopen();
  expect((await store.load(apex))?.version?.digest()).toBe(whole.digest());
  expect((await store.load(apex))?.facts).toEqual({ healed: true });
  expect(readdirSync(join(dir, 'images'))).toEqual([]);
  await store.close();
  expect(rows('layer')).toBe(2);
  expect(rows('journal')).toBe(0);
  store = await openZoneStore({ dir });
}

/** Of the closed database. */
function rows(table: string): number {
  const db = new DatabaseSync(join(dir, 'zones.db'));
  const { n } = db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  db.close();
  return n;
}

/** 200 hosts in an image of their own each time: too large to be written along with every diff. */
async function zoneWithJournal(diffs: number) {
  const history = zoneHistory(apex, 1, 200);
  await store.commitImage(apex, history.version);
  const made = [];
  for (let i = 0; i < diffs; i++) {
    const { diff, version } = history.next();
    await store.commitDiff(apex, diff, version);
    made.push(diff);
  }
  return { history, made };
}

/** A version whose layer is large enough for a file. */
function largeVersion(serial: number) {
  const texts = Array.from({ length: LAYER_FILE_BYTES / 200 }, (_, i) => textRecord(apex, `text${i}`, 200));
  return zoneVersion(apex, serial, 3, texts);
}

const layerFile = () => join(dir, 'images', readdirSync(join(dir, 'images'))[0]);

describe('damage stays with its zone and is said in plain words', () => {
  test('a flipped bit in a diff that recovery needs', async () => {
    const { made } = await zoneWithJournal(3);
    expect(store.stats.imagesWritten).toBe(2);
    await flipInDatabase(made[1].bytes);
    await expectDamaged(/the diff from serial 2 does not match its checksum/);
  });

  test('a flipped bit in a diff that only the history needs costs the history, not the zone', async () => {
    const { history, made } = await zoneWithJournal(3);
    const { diff, version } = history.next();
    await store.commitImage(apex, version, { diff });
    await flipInDatabase(made[1].bytes);
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
    expect(store.diffsFrom(apex, 3)).toHaveLength(2);
    expect(store.diffsFrom(apex, 1)).toBeUndefined();
    expect(store.stats.damaged).toBe(1);
  });

  test('a diff gone from the journal', async () => {
    await zoneWithJournal(5);
    await alter('DELETE FROM journal WHERE start = 3');
    await expectDamaged(/no diff from serial 3 on/);
  });

  test('the only diff behind the image stored under another serial', async () => {
    const history = zoneHistory(apex, 1, 200);
    await store.commitImage(apex, history.version);
    const { diff, version } = history.next();
    await store.commitDiff(apex, diff, version);
    await alter('UPDATE journal SET start = 0');
    await expectDamaged(/journal ends at serial 1 instead of 2/);
  });

  test('the newest diffs of a history gone that an image already holds: the zone is whole, the history starts anew', async () => {
    const { history } = await zoneWithJournal(3);
    const fourth = history.next();
    await store.commitImage(apex, fourth.version, { diff: fourth.diff });
    await alter('DELETE FROM journal WHERE start = 4');
    expect((await store.load(apex))?.version?.digest()).toBe(fourth.version.digest());
    expect(store.diffsFrom(apex, 1)).toBeUndefined();
    const fifth = history.next();
    await store.commitDiff(apex, fifth.diff, fifth.version);
    await reopen();
    expect((await store.load(apex))?.version?.digest()).toBe(fifth.version.digest());
    expect(store.journalInfo(apex)).toMatchObject({ depth: 1, oldestSerial: 5 });
    expect(store.diffsFrom(apex, 5)).toHaveLength(1);
  });

  test('a flipped bit in a small image', async () => {
    const version = zoneVersion(apex, 1, 3, [textRecord(apex, 'needle', 99)]);
    await store.commitImage(apex, version);
    await flipInDatabase(new Uint8Array(99).fill(0x78));
    await expectDamaged(/layer \d+ of its image does not match its checksum/);
  });

  test.each([
    ['the row of an image', "UPDATE image SET layers = replace(layers, '0]', '1]') WHERE zone = 2", /row of its image/],
    ['the position of an image', 'UPDATE image SET position = position + 1 WHERE zone = 2', /row of its image/],
    ['a missing image', 'DELETE FROM image WHERE zone = 2', /image is missing/],
    [
      'a missing layer',
      'DELETE FROM layer WHERE id = (SELECT max(id) FROM layer)',
      /layer \d+ of its image is missing/,
    ],
    ['facts', `UPDATE zone SET facts = '{"a":2}' WHERE id = 2`, /facts do not match/],
    [
      'the serials of a diff',
      'UPDATE journal SET stop = stop + 1 WHERE start = 2',
      /serial 2 does not match its checksum/,
    ],
    [
      'the last diff exchanged for another',
      'UPDATE journal SET diff = (SELECT diff FROM journal WHERE start = 2) WHERE start = 3',
      /serial 3 does not match/,
    ],
  ] as const)('%s', async (_, sql, why) => {
    await zoneWithJournal(3);
    await store.saveFacts(apex, { a: 1 });
    await alter(sql);
    await expectDamaged(why);
  });

  test('a damaged zone takes no diff, whatever its serial', async () => {
    const { history, made } = await zoneWithJournal(3);
    await flipInDatabase(made[2].bytes);
    await expect(store.load(apex)).rejects.toThrow('damaged');
    const { diff, version } = history.next();
    expect(await outcome(store.commitDiff(apex, diff, version))).toBe('store-damaged');
    expect(store.diffsFrom(apex, 1)).toBeUndefined();
    // Its diff leads nowhere, but the version is whole.
    await store.commitImage(apex, version, { diff });
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
  });

  test('a zone whose row cannot be written does not keep the others of its group from being stored', async () => {
    await zoneWithJournal(3);
    // A row where the next diff of the zone has to go.
    await alter('INSERT INTO journal SELECT zone, 4, 4, 0, 0, diff, 0 FROM journal WHERE start = 3');
    const history = zoneHistory(apex, 4, 200);
    const { diff, version } = history.next();
    const calls = [
      store.commitDiff(apex, diff, version),
      store.saveFacts(healthy, { stored: true }),
      store.commitImage(name('third.test'), zoneVersion(name('third.test'), 1, 1)),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(['store-write-failed', 'stored', 'stored']);
    await reopen();
    expect((await store.load(healthy))?.facts).toEqual({ stored: true });
  });

  test('a damaged zone can be dropped, and leaves nothing behind', async () => {
    await zoneWithJournal(3);
    await alter("UPDATE image SET layers = '' WHERE zone = 2");
    await store.drop(apex);
    await reopen();
    expect(store.zones()).toEqual([healthy]);
    await store.close();
    expect(rows('layer')).toBe(1);
    expect(rows('journal')).toBe(0);
    store = await openZoneStore({ dir });
  });

  test.each([
    ['no name any more', "x'3f6162'"],
    ['another name', "x'0865786162706c65047465737400'"],
  ])('an apex that is %s: the zone is not taken for a new one, the others are there', async (_, apexSql) => {
    await zoneWithJournal(3);
    await alter(`UPDATE zone SET apex = ${apexSql} WHERE id = 2`);
    await expect(store.load(apex)).rejects.toThrow(/may have been in the damaged zones\.db\.damaged/);
    expect((await store.load(healthy))?.facts).toEqual({ fine: true });
    expect(store.zones()).toEqual([healthy]);
    const version = zoneVersion(apex, 9, 2);
    await store.commitImage(apex, version);
    await reopen();
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
  });

  test('a page of the database that hides a zone: it is not taken for a new one', async () => {
    await zoneWithJournal(3);
    await alter('DELETE FROM zone WHERE id = 2');
    await expect(store.load(apex)).rejects.toMatchObject({ code: 'store-damaged' });
    expect((await store.load(healthy))?.version?.serial).toBe(1);
    await store.close();
    rmSync(join(dir, 'zones.db.damaged'));
    store = await openZoneStore({ dir });
    expect(await store.load(apex)).toBeUndefined();
  });

  test.each([
    ['the newest diff', 'DELETE FROM journal WHERE start = 3', /lost its newest diffs/],
    ['image and journal', 'DELETE FROM journal WHERE zone = 2; DELETE FROM image WHERE zone = 2', /image is missing/],
  ])('%s gone: an older version is not served for it', async (_, sql, why) => {
    const { history } = await zoneWithJournal(2);
    const { diff, version } = history.next();
    await store.commitDiff(apex, diff, version, { last: true });
    await alter(sql);
    await expectDamaged(why);
  });

  test('a log that is damaged in the middle: nothing older is served for what it held', async () => {
    const { history } = await zoneWithJournal(3);
    for (let i = 0; i < 3; i++) {
      const { diff, version } = history.next();
      await store.commitDiff(apex, diff, version);
    }
    const killed = `${dir}-killed`;
    cpSync(dir, killed, { recursive: true });
    const log = readFileSync(join(killed, 'zones.db-wal'));
    // A page of one of the first transactions.
    log[32 + 7 * 4120 + 24 + 4000] ^= 1;
    writeFileSync(join(killed, 'zones.db-wal'), log);
    const again = await openZoneStore({ dir: killed });
    await expect(again.load(apex)).rejects.toMatchObject({ code: 'store-damaged' });
    await expect(again.load(healthy)).rejects.toMatchObject({ code: 'store-damaged' });
    await again.commitImage(apex, history.version);
    await again.close();
    const healed = await openZoneStore({ dir: killed });
    expect((await healed.load(apex))?.version?.digest()).toBe(history.version.digest());
    await healed.close();
    rmSync(killed, { recursive: true });
  });

  test('a truncated layer file', async () => {
    await store.commitImage(apex, largeVersion(1));
    truncateSync(layerFile(), 100_000);
    await reopen();
    await expectDamaged(/octets of content instead of/);
  });

  test('a flipped bit in a layer file', async () => {
    await store.commitImage(apex, largeVersion(1));
    const file = readFileSync(layerFile());
    file[200_000] ^= 1;
    writeFileSync(layerFile(), file);
    await reopen();
    await expectDamaged(/damaged content/);
  });

  test('a missing layer file', async () => {
    await store.commitImage(apex, largeVersion(1));
    rmSync(layerFile());
    await reopen();
    await expectDamaged(/is missing/);
  });
});

describe('what a crash leaves in the directory', () => {
  test('unfinished and superseded layer files go at start; foreign files stay', async () => {
    const version = largeVersion(1);
    await store.commitImage(apex, version);
    await store.close();
    const images = join(dir, 'images');
    const [kept] = readdirSync(images);
    for (const orphan of ['900.layer', '901.layer.tmp', `${kept}.tmp`]) writeFileSync(join(images, orphan), 'x');
    writeFileSync(join(images, 'README'), 'mine');
    mkdirSync(join(images, '902.layer'));
    store = await openZoneStore({ dir });
    expect(readdirSync(images).sort()).toEqual([kept, '902.layer', 'README'].sort());
    expect(store.stats.orphansRemoved).toBe(3);
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
  });

  test('a superseded large image leaves no file', async () => {
    for (const serial of [1, 2, 3]) await store.commitImage(apex, largeVersion(serial));
    await reopen();
    expect(readdirSync(join(dir, 'images'))).toHaveLength(1);
    await store.commitImage(apex, zoneVersion(apex, 4, 2));
    await reopen();
    expect(readdirSync(join(dir, 'images'))).toEqual([]);
    expect(store.stats.orphansRemoved).toBe(0);
  });
});

describe('the directory as a whole', () => {
  test('a second user of the directory is told to stop', async () => {
    const error = await openZoneStore({ dir }).catch((e: unknown) => e);
    expect((error as ZonewireError).code).toBe('store-in-use');
    expect((error as ZonewireError).message).toContain(`another process is using the data directory ${dir}`);
    expect((await store.load(healthy))?.version?.serial).toBe(1);
  });

  test('data of a newer Zonewire is refused and left as it is', async () => {
    await store.close();
    const db = new DatabaseSync(join(dir, 'zones.db'));
    db.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
    db.close();
    const error = await openZoneStore({ dir }).catch((e: unknown) => e);
    expect((error as ZonewireError).code).toBe('store-too-new');
    expect((error as ZonewireError).message).toMatch(/format 3, this one knows 2.*start the newer version/);
    const back = new DatabaseSync(join(dir, 'zones.db'));
    back.exec(`PRAGMA user_version = ${FORMAT_VERSION}`);
    back.close();
    store = await openZoneStore({ dir });
    expect((await store.load(healthy))?.version?.serial).toBe(1);
  });

  test('a database of something else is refused, a file that is no database is put aside', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'zonewire-foreign-'));
    const db = new DatabaseSync(join(elsewhere, 'zones.db'));
    db.exec('PRAGMA application_id = 7; CREATE TABLE t(a)');
    db.close();
    expect(await outcome(openZoneStore({ dir: elsewhere }))).toBe('store-open-failed');
    writeFileSync(join(elsewhere, 'zones.db'), 'not a database, but long enough to be read as one'.repeat(50));
    const anew = await openZoneStore({ dir: elsewhere });
    await expect(anew.load(apex)).rejects.toMatchObject({ code: 'store-damaged' });
    await anew.close();
    expect(readFileSync(join(elsewhere, 'zones.db.damaged'), 'utf8')).toMatch(/^not a database/);
    rmSync(elsewhere, { recursive: true });
  });

  test('a database cut to nothing is not taken for a new one', async () => {
    await store.close();
    truncateSync(join(dir, 'zones.db'), 0);
    store = await openZoneStore({ dir });
    await expect(store.load(healthy)).rejects.toMatchObject({ code: 'store-damaged' });
  });

  test('a directory that cannot be made', async () => {
    const below = openZoneStore({ dir: join(dir, 'zones.db', 'below') });
    expect(await outcome(below)).toBe('store-open-failed');
    const inPlace = `a file is in its place (${join(dir, 'zones.db')}`;
    await expect(openZoneStore({ dir: join(dir, 'zones.db', 'below') })).rejects.toThrow(inPlace);
    await expect(openZoneStore({ dir: join(dir, 'zones.db') })).rejects.toThrow(inPlace);
    await expect(openZoneStore({ dir: '/proc/zonewire' })).rejects.toThrow(
      'cannot open the data directory /proc/zonewire: ',
    );
  });
});

test('what format 1 has written is taken over, and counted from then on', async () => {
  await zoneWithJournal(3);
  await store.close();
  const db = new DatabaseSync(join(dir, 'zones.db'));
  db.exec('DELETE FROM zone WHERE id = 0; ALTER TABLE zone DROP COLUMN held; PRAGMA user_version = 1');
  for (const { id, facts, apex: of } of db.prepare('SELECT id, facts, apex FROM zone').all())
    db.prepare('UPDATE zone SET crc = ? WHERE id = ?').run(
      rowChecksum([id as number, facts as string], of as Uint8Array),
      id,
    );
  db.close();
  store = await openZoneStore({ dir });
  expect((await store.load(apex))?.version?.serial).toBe(4);
  await alter('DELETE FROM zone WHERE id = 2');
  await expect(store.load(apex)).rejects.toMatchObject({ code: 'store-damaged' });
});
