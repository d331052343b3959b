import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, diffVersions, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ZoneStore } from '../port.ts';
import { hostRecord, soaRecord, zoneVersion } from '../zone-fixture.ts';
import { LAYER_FILE_BYTES, MAX_REPLAYED_DIFFS } from './image-policy.ts';
import { openZoneStore } from './sqlite-store.ts';

const apex = name('example.test');
const HOSTS = 20_000;
let dir: string;
let store: ZoneStore;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-large-'));
  store = await openZoneStore({ dir });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The next version, with one host changed: shares its base layer with `version`. */
function change(version: ZoneVersion, host: number): { diff: ZoneDiff; version: ZoneVersion } {
  const { serial } = version;
  const old = version.rrset(name(`host${host}`, apex), 1);
  const removed = [soaRecord(apex, serial), { ...hostRecord(apex, host), rdata: old!.rdatas[0] }];
  const diff = ZoneDiff.build(apex, removed, [soaRecord(apex, serial + 1), hostRecord(apex, host, HOSTS + serial)]);
  return { diff, version: unwrap(applyDiff(version, diff)) };
}

describe('a zone too large for a row', () => {
  test('small changes never write its base again', async () => {
    let version = zoneVersion(apex, 1, HOSTS);
    const base = version.layers[0].byteLength;
    expect(base).toBeGreaterThan(LAYER_FILE_BYTES);
    await store.commitImage(apex, version);
    expect(store.stats.imageBytes).toBe(base);
    const commits = [];
    for (let i = 0; i < MAX_REPLAYED_DIFFS + 200; i++) {
      const next = change(version, 1 + (i % HOSTS));
      version = next.version;
      commits.push(store.commitDiff(apex, next.diff, version));
    }
    await Promise.all(commits);
    await store.close();
    expect(store.stats.imagesWritten).toBeGreaterThan(1);
    expect(store.stats.imageBytes - base).toBeLessThan(base);
    store = await openZoneStore({ dir });
    const loaded = await store.load(apex);
    expect(loaded?.version?.digest()).toBe(version.digest());
    expect(store.diffsFrom(apex, 1)).toHaveLength(MAX_REPLAYED_DIFFS + 200);

    // The loaded layers are known too: the first image after a start costs the overlay only.
    store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e6 });
    const next = change(loaded!.version!, 3);
    await store.commitDiff(apex, next.diff, next.version);
    expect(store.stats.imagesWritten).toBe(1);
    expect(store.stats.imageBytes).toBeLessThan(base);
    expect(store.journalInfo(apex).depth).toBe(0);
  });

  test('other zones do not wait while its file is written, its own calls do', async () => {
    const other = name('other.test');
    const settled: string[] = [];
    const first = zoneVersion(apex, 1, HOSTS);
    const next = change(first, 7);
    await Promise.all([
      store.commitImage(apex, first).then(() => settled.push('image')),
      store.commitDiff(apex, next.diff, next.version).then(() => settled.push('diff')),
      store.commitImage(other, zoneVersion(other, 1, 1)).then(() => settled.push('other')),
    ]);
    expect(settled).toEqual(['other', 'image', 'diff']);
    expect((await store.load(apex))?.version?.digest()).toBe(next.version.digest());
  });

  test('a rebuilt zone is written behind its commits, and its old file goes', async () => {
    const first = zoneVersion(apex, 1, HOSTS);
    await store.commitImage(apex, first);
    const [old] = readdirSync(join(dir, 'images'));
    store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e6 });
    // Same content as the change makes, but in layers of its own, as after a compaction.
    const second = change(first, 1);
    await store.commitDiff(apex, second.diff, second.version);
    const third = change(second.version, 2);
    const rebuilt = zoneVersionOf(third.version);
    await store.commitDiff(apex, third.diff, rebuilt);
    await store.close();
    expect(store.stats.imagesFailed).toBe(0);
    const files = readdirSync(join(dir, 'images'));
    expect(files).toHaveLength(1);
    expect(files).not.toContain(old);
    store = await openZoneStore({ dir });
    expect((await store.load(apex))?.version?.digest()).toBe(third.version.digest());
    expect(store.journalInfo(apex).depth).toBe(0);
  });
});

describe('an image being written behind a commit', () => {
  const small = (serial: number) => zoneVersion(apex, serial, 3);
  /** Its last commit's layers are being written when this resolves. */
  async function imageUnderWay(): Promise<ZoneVersion> {
    const first = zoneVersion(apex, 1, HOSTS);
    store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e7 });
    await store.commitImage(apex, first);
    const next = change(first, 1);
    const rebuilt = zoneVersionOf(next.version);
    await store.commitDiff(apex, next.diff, rebuilt);
    return rebuilt;
  }
  async function expectStored(version: ZoneVersion): Promise<void> {
    await store.close();
    expect(store.stats.imagesFailed).toBe(0);
    store = await openZoneStore({ dir });
    expect((await store.load(apex))?.version?.digest()).toBe(version.digest());
    expect(readdirSync(join(dir, 'images'))).toEqual([]);
  }

  test('does not undo a newer one', async () => {
    const rebuilt = await imageUnderWay();
    await store.commitImage(apex, small(3), { diff: diffVersions(rebuilt, small(3)) });
    await expectStored(small(3));
  });

  test('does not undo another version of the same serial', async () => {
    await imageUnderWay();
    await store.commitImage(apex, small(2));
    await expectStored(small(2));
  });

  test('does not come back into a zone dropped and stored again', async () => {
    await imageUnderWay();
    await store.drop(apex);
    await store.commitImage(apex, small(2));
    await expectStored(small(2));
  });
});

test('a layer that an earlier call is about to supersede is written for the call that needs it', async () => {
  const first = zoneVersion(apex, 1, HOSTS);
  await store.commitImage(apex, first);
  const next = change(first, 1);
  await Promise.all([store.commitImage(apex, zoneVersion(apex, 9, 2)), store.commitImage(apex, next.version)]);
  await store.close();
  expect(readdirSync(join(dir, 'images'))).toHaveLength(1);
  store = await openZoneStore({ dir });
  expect((await store.load(apex))?.version?.digest()).toBe(next.version.digest());
});

test('a layer that is written twice at once, behind a commit and by an image, leaves one file', async () => {
  const first = zoneVersion(apex, 1, HOSTS);
  await store.commitImage(apex, first);
  store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e6 });
  const next = change(first, 1);
  const rebuilt = zoneVersionOf(next.version);
  await store.commitDiff(apex, next.diff, rebuilt);
  // The image of that commit is being written now; it has the layer that this one needs.
  await store.commitImage(apex, rebuilt);
  await store.close();
  expect(store.stats.imagesWritten).toBeGreaterThanOrEqual(2);
  expect(readdirSync(join(dir, 'images'))).toHaveLength(1);
  store = await openZoneStore({ dir });
  expect((await store.load(apex))?.version?.digest()).toBe(next.version.digest());
});

function zoneVersionOf(version: ZoneVersion): ZoneVersion {
  const records = [...version.records()].filter(({ type }) => type !== 6 && type !== 2);
  return zoneVersion(apex, version.serial, 0, records);
}
