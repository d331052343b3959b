import { NOTHING_VERIFIED, type Verification, ZoneTable } from '@zonewire/nameserver';
import { CLASS, name, type ResourceRecord, TYPE, unwrap, writeSoa, ZonewireError } from '@zonewire/shared-protocol';
import { diffVersions, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { openMemoryStore, type Pace } from '@zonewire/zone-store';
import { describe, expect, test } from 'vitest';
import { storeWith } from './fixtures/site.ts';
import { type Installation, install } from './install.ts';

const ZONE = name('example.test.');
const FACTS = { facts: { expireAt: 5000 }, expireAt: 5000 };

function record(owner: string, type: number, rdata: Uint8Array): ResourceRecord {
  return { name: name(owner, ZONE), type, class: CLASS.IN, ttl: 300, rdata };
}

const soa = (serial: number) =>
  record('@', TYPE.SOA, writeSoa({ mname: ZONE, rname: ZONE, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 }));
const ns = record('@', TYPE.NS, name('ns.example.test.'));
const host = (n: number) => record(`host${n}`, TYPE.A, new Uint8Array([192, 0, 2, n]));

function version(serial: number, ...more: ResourceRecord[]): ZoneVersion {
  const builder = new ZoneBuilder(ZONE);
  for (const each of [soa(serial), ...more]) builder.addRecord(each);
  return unwrap(builder.finish());
}

async function setup(held?: ZoneVersion) {
  const store = openMemoryStore();
  const table = new ZoneTable();
  table.add({ apex: ZONE, acl: [], role: 'secondary', handler: {} });
  if (held !== undefined) {
    await store.commitImage(ZONE, held);
    table.publish(ZONE, held, 1000);
  }
  const figures = { records: 3, bytes: 100, ms: 1 };
  const run = (transferred: Record<string, unknown>, more: Partial<Installation> = {}) =>
    install({
      pace: 'now',
      zone: ZONE,
      transferred: { ok: true, ...figures, ...transferred } as Installation['transferred'],
      held,
      force: false,
      zoneMaxSize: 1_000_000,
      diffMaxRecords: 1000,
      store,
      table,
      factsFor: () => FACTS,
      isWanted: () => true,
      now: () => 7,
      ...more,
    });
  const zone = (came: ZoneVersion, more?: Partial<Installation>) =>
    run({ outcome: 'zone', version: came, serial: came.serial }, more);
  const diffs = (came: readonly ZoneDiff[], serial: number, more?: Partial<Installation>) =>
    run({ outcome: 'diffs', diffs: came, serial }, more);
  return { store, table, run, zone, diffs, served: () => table.get(ZONE)!.version };
}

test('says when it was transferred, verified, journaled and served, in this order', async () => {
  const { zone } = await setup();
  let time = 100;
  const came = await zone(version(1, ns), { now: () => time++ });
  expect(came).toMatchObject({ times: { transferredAt: 100, verifiedAt: 101, journaledAt: 102, servedAt: 103 } });
});

test('a first zone: stored with its facts, then served until it expires', async () => {
  const { store, table, zone } = await setup();
  const came = version(7, ns, host(1));
  expect(await zone(came)).toMatchObject({ kind: 'installed', version: came });
  expect(table.get(ZONE)).toMatchObject({ version: came, state: 'serving', expireAt: 5000 });
  expect(await store.load(ZONE)).toMatchObject({ facts: { expireAt: 5000 } });
});

test('a chain of differences: applied in order, every step kept, one sync', async () => {
  const versions = [version(1, ns), version(2, ns, host(1)), version(3, ns, host(2)), version(9, ns, host(2), host(3))];
  const { store, diffs, served } = await setup(versions[0]);
  const chain = [1, 2, 3].map((i) => diffVersions(versions[i - 1], versions[i]));
  expect(await diffs(chain, 9)).toMatchObject({ kind: 'installed' });
  expect(served()?.digest()).toBe(versions[3].digest());
  expect(store.diffsFrom(ZONE, 2)?.map(({ toSerial }) => toSerial)).toEqual([3, 9]);
  expect((await store.load(ZONE))?.facts).toEqual({ expireAt: 5000 });
});

const held = version(1, ns, host(1));
const good = diffVersions(held, version(2, ns, host(1), host(2)));

test.each<[string, readonly ZoneDiff[], number]>([
  ['diff-removes-missing', [ZoneDiff.build(ZONE, [soa(1), host(5)], [soa(2)])], 2],
  ['diff-mixed-ttl', [ZoneDiff.build(ZONE, [soa(1)], [soa(2), { ...host(1), ttl: 9, rdata: new Uint8Array(4) }])], 2],
  ['diff-serial-mismatch', [ZoneDiff.build(ZONE, [soa(4)], [soa(5)])], 5],
  ['diff-serial-mismatch', [good, ZoneDiff.build(ZONE, [soa(3)], [soa(4)])], 4],
  ['diff-removes-missing', [good, ZoneDiff.build(ZONE, [soa(2), host(9)], [soa(3)])], 3],
  ['transfer-wrong-serial', [good], 3],
  ['zone-without-ns', [ZoneDiff.build(ZONE, [soa(1), ns], [soa(2)])], 2],
])('differences refused whole: %s', async (code, chain, serial) => {
  const { store, diffs, served } = await setup(held);
  expect(await diffs(chain, serial)).toMatchObject({ kind: 'refused', problem: { code } });
  expect(served()).toBe(held);
  expect((await store.load(ZONE))?.version?.serial).toBe(1);
  expect(store.stats.commits).toBe(1);
});

test.each<[string, ZoneVersion, number, Partial<Installation>]>([
  ['zone-without-ns', version(2, host(1)), 2, {}],
  ['transfer-wrong-serial', version(2, ns), 3, {}],
  ['zone-too-large', version(2, ns), 2, { zoneMaxSize: 100 }],
])('a whole zone refused: %s', async (code, came, serial, more) => {
  const { store, run, served } = await setup(held);
  const outcome = await run({ outcome: 'zone', version: came, serial }, more);
  expect(outcome).toMatchObject({ kind: 'refused', problem: { code } });
  expect(served()).toBe(held);
  expect(store.stats.commits).toBe(1);
});

test('a record added that is there already (NSD lists every LOC so) is dropped, and not passed on to others', async () => {
  const { store, diffs, served } = await setup(held);
  const noisy = ZoneDiff.build(ZONE, [soa(1), ns], [soa(2), host(1), ns, host(2)]);
  expect(await diffs([noisy], 2)).toMatchObject({ kind: 'installed' });
  expect(served()?.digest()).toBe(version(2, ns, host(1), host(2)).digest());
  const [kept] = store.diffsFrom(ZONE, 1)!;
  expect([kept.removedCount, kept.addedCount]).toEqual([2, 3]);
  const other = ZoneDiff.build(ZONE, [soa(2)], [soa(3), { ...host(1), ttl: 9 }]);
  expect(await diffs([good, other], 3)).toMatchObject({ kind: 'refused' });
});

test('differences for a zone that is not there', async () => {
  const { diffs } = await setup();
  expect(await diffs([good], 2)).toMatchObject({ kind: 'refused', problem: { code: 'diffs-without-zone' } });
});

test.each([1, 0, 0x8000_0001])('serial %i is not newer than 1: nothing is done, unless forced', async (serial) => {
  const { store, zone, served } = await setup(held);
  expect(await zone(version(serial, ns))).toEqual({ kind: 'not-newer' });
  expect(served()).toBe(held);
  expect(await zone(version(serial, ns), { force: true })).toMatchObject({ kind: 'installed' });
  expect(served()?.serial).toBe(serial);
  // RFC 1995: differences lead forwards. Who has the old serial gets the whole zone.
  if (serial !== 1) expect(store.diffsFrom(ZONE, 1)).toBeUndefined();
});

test('a whole zone over an older one becomes a difference, up to the limit', async () => {
  const came = version(5, ns, host(2));
  const within = await setup(held);
  await within.zone(came);
  expect(within.store.diffsFrom(ZONE, 1)).toHaveLength(1);
  const beyond = await setup(held);
  await beyond.zone(came, { diffMaxRecords: 2 });
  expect(beyond.store.diffsFrom(ZONE, 1)).toBeUndefined();
  expect(beyond.served()).toBe(came);
});

test('not stored: not served; the words have the reason', async () => {
  const { store, diffs, zone, served } = await setup(held);
  const full = new ZonewireError('store-write-failed', 'no space left on device');
  const fails = storeWith(store, {
    commitDiff: () => Promise.reject(full),
    commitImage: () => Promise.reject(full),
  });
  for (const outcome of [await diffs([good], 2, { store: fails }), await zone(version(2, ns), { store: fails })]) {
    expect(outcome).toMatchObject({ kind: 'not-stored', problem: { code: 'store-write-failed' } });
    expect(outcome).toHaveProperty('problem.message', expect.stringContaining('no space left on device'));
  }
  expect(served()).toBe(held);
});

test('the store stands elsewhere: the whole version is stored', async () => {
  const { store, diffs } = await setup(held);
  await store.commitImage(ZONE, version(77, ns));
  expect(await diffs([good], 2)).toMatchObject({ kind: 'installed' });
  expect((await store.load(ZONE))?.version?.serial).toBe(2);
});

test('given up while it was stored: not published', async () => {
  const { zone, served } = await setup(held);
  expect(await zone(version(2, ns), { isWanted: () => false })).toEqual({ kind: 'unwanted' });
  expect(served()).toBe(held);
});

describe('what is examined before it is served', () => {
  const status = { at: 1, serial: 2, ms: 1, zonemd: 'failed' as const, findings: ['ZONEMD: wrong'] };
  const refusal = { code: 'zonemd-mismatch', message: 'the zone is not verified' };
  const examined = (verification: Partial<Verification>) => async () => ({ ...NOTHING_VERIFIED, ...verification });

  test('refused: neither stored nor served, and the reason is told', async () => {
    const { store, zone, diffs, served } = await setup(held);
    const examine = examined({ refusal });
    expect(await zone(version(2, ns), { examine })).toEqual({ kind: 'refused', problem: refusal });
    expect(await diffs([good], 2, { examine })).toEqual({ kind: 'refused', problem: refusal });
    expect(served()).toBe(held);
    expect(store.stats.commits).toBe(1);
  });

  test('of a chain of differences only the last version', async () => {
    const versions = [held, version(2, ns, host(2)), version(3, ns, host(3))];
    const { diffs } = await setup(held);
    const seen: number[] = [];
    const examine = async ({ serial }: ZoneVersion) => {
      seen.push(serial);
      return NOTHING_VERIFIED;
    };
    await diffs([diffVersions(versions[0], versions[1]), diffVersions(versions[1], versions[2])], 3, { examine });
    expect(seen).toEqual([3]);
  });

  test('what was found goes into the facts that are stored with the version', async () => {
    const { zone } = await setup(held);
    let stored: unknown;
    const factsFor: Installation['factsFor'] = (_version, verification) => {
      stored = verification;
      return FACTS;
    };
    const came = version(2, ns);
    expect(await zone(came, { examine: examined({ status }), factsFor })).toMatchObject({ verification: { status } });
    expect(stored).toBe(status);
  });

  test('it could not be done: refused', async () => {
    const { zone, served } = await setup(held);
    const examine = () => Promise.reject(new ZonewireError('verification-failed', 'no thread could be started'));
    expect(await zone(version(2, ns), { examine })).toMatchObject({
      kind: 'refused',
      problem: { code: 'verification-failed', message: 'no thread could be started' },
    });
    expect(served()).toBe(held);
  });

  test('given up meanwhile: nothing is stored, whatever was found', async () => {
    const { store, zone } = await setup(held);
    let isWanted = true;
    const examine = async () => {
      isWanted = false;
      return { ...NOTHING_VERIFIED, refusal };
    };
    expect(await zone(version(2, ns), { examine, isWanted: () => isWanted })).toEqual({ kind: 'unwanted' });
    expect(store.stats.commits).toBe(1);
  });
});

test('one of a crowd is stored as one who is patient, whole or by its differences', async () => {
  const held = version(1, ns);
  const { store, zone, diffs } = await setup(held);
  const paces: (Pace | undefined)[] = [];
  const { commitImage, commitDiff } = store;
  store.commitImage = (apex, whole, options) => {
    paces.push(options?.pace);
    return commitImage.call(store, apex, whole, options);
  };
  store.commitDiff = (apex, diff, after, facts, options) => {
    paces.push(options?.pace);
    return commitDiff.call(store, apex, diff, after, facts, options);
  };
  await diffs([diffVersions(held, version(2, ns))], 2, { pace: 'patient' });
  await zone(version(3, ns), { pace: 'patient', diffMaxRecords: 0 });
  await zone(version(4, ns), { diffMaxRecords: 0 });
  expect(paces).toEqual(['patient', 'patient', 'now']);
});
