import { name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import { diffVersions } from '@zonewire/zone';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_FACTS } from './facts.ts';
import type { ZoneStore } from './port.ts';
import { zoneHistory, zoneVersion } from './zone-fixture.ts';

const apex = name('example.test');
const other = name('example.org');

/** The code an awaited call fails with, or 'stored'. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'stored';
  } catch (error) {
    if (!(error instanceof ZonewireError)) throw error;
    return error.code;
  }
}

/**
 * What every ZoneStore does; run against each implementation of the contract.
 * `reopen` closes the store and opens what it left (the same store where nothing outlives the process).
 */
export function zoneStoreSuite(
  implementation: string,
  open: () => Promise<ZoneStore>,
  reopen: (store: ZoneStore) => Promise<ZoneStore>,
): void {
  let store: ZoneStore;

  beforeEach(async () => {
    store = await open();
    return () => store.close();
  });

  const texts = () => store.zones().map(nameToText).sort();
  const serials = (fromSerial: number, zone = apex) =>
    store.diffsFrom(zone, fromSerial)?.map((diff) => [diff.fromSerial, diff.toSerial]);
  const digest = async (zone = apex) => (await store.load(zone))?.version?.digest();

  /** Commits `count` diffs behind a first image of serial 1. */
  async function committed(count: number, octets = 20) {
    const history = zoneHistory(apex, 1, 3, octets);
    await store.commitImage(apex, history.version);
    const diffs = [];
    for (let i = 0; i < count; i++) {
      const { diff, version } = history.next();
      await store.commitDiff(apex, diff, version);
      diffs.push(diff);
    }
    return { history, diffs };
  }

  describe(`${implementation}: versions`, () => {
    test('nothing is stored at first', async () => {
      expect(store.zones()).toEqual([]);
      expect(await store.load(apex)).toBeUndefined();
      expect(store.diffsFrom(apex, 1)).toBeUndefined();
      expect(store.journalInfo(apex)).toEqual({ depth: 0, bytes: 0 });
    });

    test('an image comes back record for record', async () => {
      const version = zoneVersion(apex, 7, 50);
      await store.commitImage(apex, version, { facts: { expireAt: 123 } });
      store = await reopen(store);
      const loaded = await store.load(apex);
      expect(loaded?.version?.serial).toBe(7);
      expect(loaded?.version?.recordCount).toBe(version.recordCount);
      expect(await digest()).toBe(version.digest());
      expect(loaded?.facts).toEqual({ expireAt: 123 });
      expect(texts()).toEqual(['example.test.']);
    });

    test('RFC 4343: the case of a zone name does not matter', async () => {
      await store.commitImage(apex, zoneVersion(apex, 7, 1));
      expect((await store.load(name('EXAMPLE.Test')))?.version?.serial).toBe(7);
      const history = zoneHistory(name('eXample.test'), 7);
      await store.commitImage(history.version.apex, history.version);
      const { diff, version } = history.next();
      await store.commitDiff(name('EXAMPLE.TEST'), diff, version);
      store = await reopen(store);
      expect(await digest()).toBe(version.digest());
      expect(store.zones()).toHaveLength(1);
    });

    test('diffs behind an image come back as the last version', async () => {
      const { history } = await committed(40);
      store = await reopen(store);
      expect((await store.load(apex))?.version?.serial).toBe(41);
      expect(await digest()).toBe(history.version.digest());
    });

    test('zones are independent of each other', async () => {
      await store.commitImage(apex, zoneVersion(apex, 1, 2));
      const version = zoneVersion(other, 5, 9);
      await store.commitImage(other, version);
      await store.drop(apex);
      store = await reopen(store);
      expect(texts()).toEqual(['example.org.']);
      expect(await digest(other)).toBe(version.digest());
    });

    test('a new image without a diff replaces the zone and its history, also with a lower or the same serial', async () => {
      await committed(3);
      for (const serial of [2, 2, 100]) {
        const version = zoneVersion(apex, serial, serial);
        await store.commitImage(apex, version);
        store = await reopen(store);
        expect(await digest()).toBe(version.digest());
        expect(store.journalInfo(apex)).toEqual({ depth: 0, bytes: 0 });
        expect(serials(1)).toBeUndefined();
        expect(serials(serial)).toEqual([]);
      }
    });

    test('a new image with its diff keeps the history', async () => {
      const { history } = await committed(2);
      const { diff, version } = history.next();
      await store.commitImage(apex, version, { diff });
      const after = history.next();
      await store.commitDiff(apex, after.diff, after.version);
      store = await reopen(store);
      expect(await digest()).toBe(after.version.digest());
      expect(serials(1)).toEqual([[1, 2], [2, 3], [3, 4], [4, 5]]); // biome-ignore format: one line
    });

    test('RFC 1982: history goes on over the end of the serial space', async () => {
      const history = zoneHistory(apex, 0xffff_fffe);
      await store.commitImage(apex, history.version);
      for (let i = 0; i < 4; i++) {
        const { diff, version } = history.next();
        await store.commitDiff(apex, diff, version);
      }
      store = await reopen(store);
      expect((await store.load(apex))?.version?.serial).toBe(2);
      expect(serials(0xffff_ffff)).toEqual([[0xffff_ffff, 0], [0, 1], [1, 2]]); // biome-ignore format: one line
      expect(store.journalInfo(apex).oldestSerial).toBe(0xffff_fffe);
    });
  });

  describe(`${implementation}: order`, () => {
    test('calls of one zone are stored in call order without waiting for each other', async () => {
      const history = zoneHistory(apex, 1);
      const calls = [store.commitImage(apex, history.version)];
      for (let i = 0; i < 30; i++) {
        const { diff, version } = history.next();
        calls.push(store.commitDiff(apex, diff, version, { i }));
      }
      const settled: number[] = [];
      await Promise.all(calls.map((call, i) => call.then(() => settled.push(i))));
      expect(settled).toEqual(Array.from({ length: 31 }, (_, i) => i));
      store = await reopen(store);
      expect(await digest()).toBe(history.version.digest());
      expect((await store.load(apex))?.facts).toEqual({ i: 29 });
    });

    test('a diff that does not start at the stored serial is refused and changes nothing', async () => {
      const history = zoneHistory(apex, 1);
      const first = history.next();
      expect(await outcome(store.commitDiff(apex, first.diff, first.version, { f: 1 }))).toBe('store-out-of-order');
      expect(store.zones()).toEqual([]);
      await store.commitImage(apex, zoneHistory(apex, 1).version, { facts: { f: 2 } });
      const second = history.next();
      expect(await outcome(store.commitDiff(apex, second.diff, second.version, { f: 3 }))).toBe('store-out-of-order');
      expect(await outcome(store.commitImage(apex, second.version, { diff: second.diff }))).toBe('store-out-of-order');
      await store.commitDiff(apex, first.diff, first.version);
      expect(await outcome(store.commitDiff(apex, first.diff, first.version))).toBe('store-out-of-order');
      store = await reopen(store);
      expect(await digest()).toBe(first.version.digest());
      expect((await store.load(apex))?.facts).toEqual({ f: 2 });
    });

    test('a diff that does not end at its version is refused', async () => {
      const history = zoneHistory(apex, 1);
      await store.commitImage(apex, history.version);
      const first = history.next();
      const second = history.next();
      expect(await outcome(store.commitDiff(apex, first.diff, second.version))).toBe('store-out-of-order');
    });

    test('a version of another zone is refused', async () => {
      expect(await outcome(store.commitImage(apex, zoneVersion(other, 1, 1)))).toBe('store-wrong-zone');
      const history = zoneHistory(other, 1);
      await store.commitImage(apex, zoneHistory(apex, 1).version);
      const { diff, version } = history.next();
      expect(await outcome(store.commitDiff(apex, diff, version))).toBe('store-wrong-zone');
      expect((await store.load(apex))?.version?.serial).toBe(1);
    });

    test('of two conflicting diffs the first is stored', async () => {
      const mine = zoneHistory(apex, 1);
      await store.commitImage(apex, mine.version);
      const yours = zoneHistory(apex, 1);
      const [a, b] = [mine.next(), yours.next()];
      const calls = [store.commitDiff(apex, a.diff, a.version), store.commitDiff(apex, b.diff, b.version)];
      expect(await Promise.all(calls.map(outcome))).toEqual(['stored', 'store-out-of-order']);
      expect(store.stats.commits).toBe(2);
      expect(store.stats.commitsRefused).toBe(1);
    });
  });

  describe(`${implementation}: facts`, () => {
    test('facts are replaced whole and kept by commits without facts', async () => {
      const { history } = await committed(0);
      await store.saveFacts(apex, { a: 1, list: [1, 'two', null, { three: true }] });
      const { diff, version } = history.next();
      await store.commitDiff(apex, diff, version);
      store = await reopen(store);
      expect((await store.load(apex))?.facts).toEqual({ a: 1, list: [1, 'two', null, { three: true }] });
      await store.saveFacts(apex, { b: undefined, c: 2 });
      store = await reopen(store);
      expect((await store.load(apex))?.facts).toEqual({ c: 2 });
      expect((await store.load(apex))?.version?.serial).toBe(2);
    });

    test('a zone never loaded has facts alone', async () => {
      await store.saveFacts(apex, { failures: 3 });
      store = await reopen(store);
      expect(await store.load(apex)).toEqual({ facts: { failures: 3 } });
      expect(texts()).toEqual(['example.test.']);
      expect(store.diffsFrom(apex, 1)).toBeUndefined();
      await store.commitImage(apex, zoneVersion(apex, 3, 1));
      store = await reopen(store);
      expect((await store.load(apex))?.facts).toEqual({ failures: 3 });
    });

    test('loaded facts are not the saved object', async () => {
      const facts = { at: 1 };
      const saving = store.saveFacts(apex, facts);
      facts.at = 2;
      await saving;
      expect((await store.load(apex))?.facts).toEqual({ at: 1 });
    });

    test('facts without end are refused', async () => {
      const facts = { text: 'x'.repeat(MAX_FACTS) };
      expect(await outcome(store.saveFacts(apex, facts))).toBe('store-facts-too-large');
      expect(store.zones()).toEqual([]);
    });
  });

  describe(`${implementation}: history`, () => {
    test('RFC 1995: the chain from any serial of the history to the current one', async () => {
      const { diffs } = await committed(5);
      store = await reopen(store);
      expect(serials(3)).toEqual([[3, 4], [4, 5], [5, 6]]); // biome-ignore format: one line
      expect(serials(6)).toEqual([]);
      for (const unknown of [0, 7, 1000, 0xffff_ffff]) expect(serials(unknown)).toBeUndefined();
      expect(store.diffsFrom(apex, 1)?.map((diff) => Buffer.from(diff.bytes))).toEqual(
        diffs.map((diff) => Buffer.from(diff.bytes)),
      );
      const bytes = diffs.reduce((sum, diff) => sum + diff.bytes.length, 0);
      expect(store.journalInfo(apex)).toEqual({ depth: 5, bytes, oldestSerial: 1 });
    });

    test('diffs of more octets than asked for are not read', async () => {
      const { diffs } = await committed(5);
      const bytes = diffs[3].bytes.length + diffs[4].bytes.length;
      expect(store.diffsFrom(apex, 4, bytes)).toHaveLength(2);
      expect(store.diffsFrom(apex, 4, bytes - 1)).toBeUndefined();
      expect(store.diffsFrom(apex, 6, 0)).toEqual([]);
    });

    test('a serial that was skipped is not in the history', async () => {
      const history = zoneHistory(apex, 1);
      await store.commitImage(apex, history.version);
      const jump = zoneVersion(apex, 10, 5);
      await store.commitDiff(apex, diffVersions(history.version, jump), jump);
      expect(serials(1)).toEqual([[1, 10]]);
      expect(serials(5)).toBeUndefined();
    });

    test('journalMaxDepth: the oldest diffs go first, the version stays whole', async () => {
      store.setLimits(apex, { journalMaxDepth: 3, journalMaxSize: 1e6 });
      const { history } = await committed(10);
      expect(store.journalInfo(apex)).toMatchObject({ depth: 3, oldestSerial: 8 });
      expect(store.stats.journalRowsTrimmed).toBe(7);
      store = await reopen(store);
      expect(store.journalInfo(apex)).toMatchObject({ depth: 3, oldestSerial: 8 });
      expect(serials(7)).toBeUndefined();
      expect(serials(8)).toHaveLength(3);
      expect(await digest()).toBe(history.version.digest());
    });

    test('journalMaxSize: the history stays within its octets', async () => {
      store.setLimits(apex, { journalMaxDepth: 1000, journalMaxSize: 2000 });
      const { history } = await committed(20, 100);
      const { bytes, depth } = store.journalInfo(apex);
      expect(bytes).toBeLessThanOrEqual(2000);
      expect(depth).toBeGreaterThan(2);
      expect(serials(21 - depth)).toHaveLength(depth);
      store = await reopen(store);
      expect(store.journalInfo(apex)).toMatchObject({ bytes, depth });
      expect(await digest()).toBe(history.version.digest());
    });

    test('a diff larger than the whole history is stored as an image', async () => {
      const { history } = await committed(2);
      store.setLimits(apex, { journalMaxDepth: 1000, journalMaxSize: 100 });
      const { diff, version } = history.next();
      expect(diff.bytes.length).toBeGreaterThan(100);
      await store.commitDiff(apex, diff, version, { f: 1 });
      expect(store.journalInfo(apex)).toEqual({ depth: 0, bytes: 0 });
      store = await reopen(store);
      expect(await digest()).toBe(version.digest());
      expect((await store.load(apex))?.facts).toEqual({ f: 1 });
      expect(serials(2)).toBeUndefined();
    });

    test('journalMaxDepth 0: no history at all', async () => {
      store.setLimits(apex, { journalMaxDepth: 0, journalMaxSize: 1e6 });
      const { history } = await committed(3);
      expect(store.journalInfo(apex)).toEqual({ depth: 0, bytes: 0 });
      expect(serials(3)).toBeUndefined();
      expect(serials(4)).toEqual([]);
      store = await reopen(store);
      expect(await digest()).toBe(history.version.digest());
    });
  });

  describe(`${implementation}: drop and close`, () => {
    test('a dropped zone is forgotten and can start again', async () => {
      await committed(3);
      await store.saveFacts(apex, { f: 1 });
      await store.drop(apex);
      await store.drop(other);
      expect(store.zones()).toEqual([]);
      store = await reopen(store);
      expect(await store.load(apex)).toBeUndefined();
      expect(serials(1)).toBeUndefined();
      const { history } = await committed(2);
      store = await reopen(store);
      expect(await digest()).toBe(history.version.digest());
      expect((await store.load(apex))?.facts).toEqual({});
    });

    test('after close every call says so; closing again is no error', async () => {
      const history = zoneHistory(apex, 1);
      const queued = store.commitImage(apex, history.version);
      await store.close();
      expect(await outcome(queued)).toBe('stored');
      const { diff, version } = history.next();
      expect(await outcome(store.commitDiff(apex, diff, version))).toBe('store-closed');
      expect(await outcome(store.commitImage(apex, version))).toBe('store-closed');
      expect(await outcome(store.saveFacts(apex, {}))).toBe('store-closed');
      expect(await outcome(store.drop(apex))).toBe('store-closed');
      expect(await outcome(store.load(apex))).toBe('store-closed');
      await store.close();
    });
  });
}
