import { type Name, name, parseRecords, RCODE, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { compact, ZoneBuilder, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { type DiffOptions, type Facts, openMemoryStore, type ZoneStore } from '@zonewire/zone-store';
import { describe, expect, test } from 'vitest';
import { CommitLine, type CommitPolicy, MAX_WAITING, type Published } from './commit.ts';
import { NO_FACTS, readFacts } from './facts.ts';
import type { ChangeRequest } from './update/evaluate.ts';

const APEX = name('example.test.');

function firstVersion(): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  for (const record of parseRecords('@ 60 SOA ns h 1 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1', APEX))
    builder.addRecord(record);
  return unwrap(builder.finish());
}

/** A memory store whose disk is as slow, or as full, as a test wants. */
class SlowStore {
  readonly inner: ZoneStore = openMemoryStore();
  calls: string[] = [];
  full = false;
  /** Calls that fail, as in `calls`. */
  readonly failing = new Set<string>();
  #waiting: (() => void)[] = [];
  held = false;

  async commitDiff(
    apex: Name,
    diff: ZoneDiff,
    version: ZoneVersion,
    facts?: Facts,
    options?: DiffOptions,
  ): Promise<void> {
    return this.#call(`diff ${diff.fromSerial}-${diff.toSerial}`, () =>
      this.inner.commitDiff(apex, diff, version, facts, options),
    );
  }

  async commitImage(apex: Name, version: ZoneVersion, options?: { facts?: Facts; diff?: ZoneDiff }): Promise<void> {
    return this.#call(`image ${version.serial}`, () => this.inner.commitImage(apex, version, options));
  }

  async saveFacts(apex: Name, facts: Facts): Promise<void> {
    return this.#call('facts', () => this.inner.saveFacts(apex, facts));
  }

  /** Lets everything held go on. */
  release(): void {
    this.held = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #call(what: string, commit: () => Promise<void>): Promise<void> {
    this.calls.push(what);
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.full || this.failing.has(what)) throw new ZonewireError('store-write-failed', 'no space left on device');
    return commit();
  }
}

async function setUp(policy: Partial<CommitPolicy> = {}) {
  const store = new SlowStore();
  const version = firstVersion();
  await store.inner.commitImage(APEX, version, { facts: { role: 'primary', updatesSince: 0 } });
  const log: string[] = [];
  const published: Published[] = [];
  const written: number[] = [];
  const line = new CommitLine(
    {
      apex: APEX,
      store,
      now: () => 0,
      policy: () => ({ serialPolicy: 'increment', zoneMaxSize: 1 << 20, ...policy }),
      written: (one) => written.push(one.serial),
      publish: (one) => log.push(`publish ${one.serial}`),
      announce: (one) => {
        log.push(`announce ${one.serials.join(' ')}`);
        published.push(one);
      },
      failed: (error) => log.push(`failed ${error.code}`),
    },
    version,
    NO_FACTS,
  );
  return { store, line, log, published, written };
}

function add(n: number): ChangeRequest {
  const rdata = Uint8Array.of(10, 0, n >> 8, n);
  return { updates: [{ kind: 'add', name: name(`h${n}`, APEX), type: TYPE.A, ttl: 60, rdata }] };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('commit: check, serial, diff, journal, publish, announce', () => {
  test('a change is durable before it is served, served before it is announced, announced before it is acknowledged (RFC 2136 3.5)', async () => {
    const { store, line, log } = await setUp();
    store.held = true;
    const done = line.change(add(1)).then(({ serial }) => log.push(`acknowledge ${serial}`));
    await settle();
    expect(store.calls).toEqual(['diff 1-2']);
    expect(log).toEqual([]);
    expect(line.published.version?.serial).toBe(1);
    expect(line.tip.version?.serial).toBe(2);
    store.release();
    await done;
    expect(log).toEqual(['publish 2', 'announce 2', 'acknowledge 2']);
    expect((await store.inner.load(APEX))?.version?.serial).toBe(2);
  });

  test('what comes while the disk syncs goes as one group, published and announced once', async () => {
    const { store, line, log, written } = await setUp();
    store.held = true;
    const all = Array.from({ length: 100 }, (_, i) => line.change(add(i)));
    await settle();
    expect(store.calls).toEqual(['diff 1-2']);
    store.release();
    const serials = (await Promise.all(all)).map(({ serial }) => serial);
    expect(serials).toEqual(Array.from({ length: 100 }, (_, i) => i + 2));
    expect(store.calls.length).toBe(100);
    const serialsOfGroup = serials.slice(1).join(' ');
    expect(log).toEqual(['publish 2', 'announce 2', 'publish 101', `announce ${serialsOfGroup}`]);
    // Only what is to be served is worth getting ready for.
    expect(written).toEqual([2, 101]);
    expect(line.published.facts.updatesSince).toBe(100);
    expect(line.idle).toBe(true);
    expect(store.inner.diffsFrom(APEX, 1)).toHaveLength(100);
  });

  test('a change builds upon one that is not durable yet', async () => {
    const { store, line } = await setUp();
    store.held = true;
    const first = line.change(add(1));
    const needsIt: ChangeRequest = {
      prerequisites: [{ kind: 'name-in-use', name: name('h1', APEX) }],
      updates: add(2).updates,
    };
    const second = line.change(needsIt);
    await settle();
    store.release();
    expect((await first).serial).toBe(2);
    expect((await second).serial).toBe(3);
  });

  test('an answer that rests on what is not durable waits for it: no change, and a prerequisite that fails', async () => {
    const { store, line } = await setUp();
    store.held = true;
    const settled: string[] = [];
    const first = line.change(add(1));
    const same = line.change(add(1)).then(({ changed, serial }) => settled.push(`unchanged ${changed} ${serial}`));
    const refused = line
      .change({ prerequisites: [{ kind: 'name-not-in-use', name: name('h1', APEX) }], updates: [] })
      .catch(({ rcode }) => settled.push(`refused ${rcode}`));
    await settle();
    expect(settled).toEqual([]);
    store.release();
    await Promise.all([first, same, refused]);
    expect(settled).toEqual(['unchanged false 2', `refused ${RCODE.YXDOMAIN}`]);
  });

  test('no change: no serial, no journal, no announcement', async () => {
    const { store, line, log } = await setUp();
    expect(await line.change({ updates: [{ kind: 'delete-name', name: name('nobody', APEX) }] })).toMatchObject({
      changed: false,
      serial: 1,
    });
    expect(store.calls).toEqual([]);
    expect(log).toEqual([]);
  });

  test('RFC 2136 3.6: a change that brings a newer SOA keeps its serial, others get the next', async () => {
    const { line } = await setUp();
    const soa = parseRecords('@ 60 SOA ns h 500 1 1 1 1', APEX)[0];
    const withSoa = { kind: 'add' as const, name: APEX, type: TYPE.SOA, ttl: 60, rdata: soa.rdata };
    expect((await line.change({ updates: [withSoa, ...add(1).updates] })).serial).toBe(500);
    expect((await line.change(add(2))).serial).toBe(501);
  });

  test('RFC 2136 3.6: the serial policy decides the next serial', async () => {
    const { line } = await setUp({ serialPolicy: 'dateserial' });
    expect((await line.change(add(1))).serial).toBe(1970010100);
  });
});

describe('a journal that cannot be written', () => {
  test('nothing of the group is served, all of it and everything built upon it is refused with SERVFAIL, the tip goes back (RFC 2136 3.7)', async () => {
    const { store, line, log } = await setUp();
    store.held = true;
    store.full = true;
    const all = [1, 2, 3].map((n) =>
      line.change(add(n)).then(
        () => 'done',
        (error) => `${error.rcode} ${error.code}`,
      ),
    );
    const rests = line.change(add(2)).then(
      () => 'done',
      (error) => `${error.rcode} ${error.code}`,
    );
    await settle();
    store.release();
    expect(await Promise.all([...all, rests])).toEqual(new Array(4).fill(`${RCODE.SERVFAIL} store-write-failed`));
    expect(log).toEqual(['failed store-write-failed']);
    expect(line.tip.version?.serial).toBe(1);
    expect(line.tip.facts.updatesSince).toBe(0);
    store.full = false;
    expect((await line.change(add(9))).serial).toBe(2);
    expect(line.published.version?.rrset(name('h1', APEX), TYPE.A)).toBeUndefined();
  });

  test('after a failure, answers that rest on what is served do not fail with it', async () => {
    const { store, line } = await setUp();
    store.full = true;
    await expect(line.change(add(1))).rejects.toMatchObject({ code: 'store-write-failed' });
    const nothing: ChangeRequest = { updates: [{ kind: 'delete-name', name: name('h1', APEX) }] };
    expect(await line.change(nothing)).toMatchObject({ changed: false, serial: 1 });
    const unmet: ChangeRequest = { prerequisites: [{ kind: 'name-in-use', name: name('h1', APEX) }], updates: [] };
    await expect(line.change(unmet)).rejects.toMatchObject({ rcode: RCODE.NXDOMAIN });
  });

  test('what was durable before the disk filled up stays, and is served', async () => {
    const { store, line, log } = await setUp();
    store.held = true;
    store.failing.add('diff 2-3');
    const first = line.change(add(1));
    const second = line.change(add(2));
    await settle();
    store.release();
    await first;
    await expect(second).rejects.toMatchObject({ code: 'store-write-failed' });
    expect(log).toEqual(['publish 2', 'announce 2', 'failed store-write-failed']);
    expect(line.tip.version?.serial).toBe(2);
  });

  test('a group of which only the beginning became durable', async () => {
    const { store, line, log } = await setUp();
    store.held = true;
    store.failing.add('diff 3-4');
    const outcomes = [1, 2, 3, 4].map((n) =>
      line.change(add(n)).then(
        ({ serial }) => serial,
        ({ code }) => code,
      ),
    );
    await settle();
    store.release();
    expect(await Promise.all(outcomes)).toEqual([2, 3, 'store-write-failed', 'store-write-failed']);
    expect(log.slice(2)).toEqual(['publish 3', 'announce 3', 'failed store-write-failed']);
    expect(line.published.version?.serial).toBe(3);
    expect((await store.inner.load(APEX))?.version?.serial).toBe(3);
    expect(line.tip.version?.serial).toBe(3);
  });
});

describe('limits', () => {
  test(`at most ${MAX_WAITING} changes wait; more are refused with SERVFAIL and nothing of them stays`, async () => {
    const { store, line } = await setUp();
    store.held = true;
    const all = Array.from({ length: MAX_WAITING + 3 }, (_, i) =>
      line.change(add(i)).then(
        () => 0,
        ({ rcode }) => rcode as number,
      ),
    );
    await settle();
    store.release();
    const rcodes = await Promise.all(all);
    // One is with the disk, MAX_WAITING wait behind it.
    expect(rcodes.filter((rcode) => rcode === 0)).toHaveLength(MAX_WAITING + 1);
    expect(rcodes.slice(-2)).toEqual([RCODE.SERVFAIL, RCODE.SERVFAIL]);
  });

  test('zone-max-size holds for changes too', async () => {
    const { line, log } = await setUp({ zoneMaxSize: firstVersion().byteLength + 2_000 });
    const updates = Array.from({ length: 200 }, (_, n) => add(n).updates[0]);
    await expect(line.change({ updates })).rejects.toMatchObject({ code: 'zone-too-large', rcode: RCODE.REFUSED });
    expect((await line.change(add(1))).serial).toBe(2);
    expect(log).toEqual(['publish 2', 'announce 2']);
  });
});

test('facts and images go to the journal alone: they are not stored when the diff before them was not', async () => {
  const { store, line } = await setUp();
  store.held = true;
  store.failing.add('diff 2-3');
  const first = line.change(add(1));
  const second = line.change(add(2));
  const { version, facts } = line.tip;
  const third = line.accept('facts', version!, { ...facts, frozen: true });
  for (const one of [second, third]) one.catch(() => {});
  await settle();
  store.release();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'store-write-failed' });
  await expect(third).rejects.toMatchObject({ code: 'store-write-failed' });
  expect(store.calls).toEqual(['diff 1-2', 'diff 2-3']);
  expect(readFacts((await store.inner.load(APEX))!.facts)).toMatchObject({ frozen: false, updatesSince: 1 });
});

test('layers are merged while changes are on their way: nothing of them is lost, the new base is served', async () => {
  const { store, line } = await setUp({ zoneMaxSize: 1 << 24 });
  const many = (from: number) => ({ updates: Array.from({ length: 5_000 }, (_, n) => add(from + n).updates[0]) });
  await line.change(many(0));
  await line.change(add(6_000));
  const from = line.published.version!;
  await line.change(add(6_001));
  store.held = true;
  const withJournal = line.change(add(6_002));
  const waiting = line.change(add(6_003));
  await settle();
  expect(from.layers.length).toBeGreaterThan(1);
  const before = line.tip.version!.digest();
  line.rebase(from, compact(from));
  expect(line.tip.version!.digest()).toBe(before);
  store.release();
  await Promise.all([withJournal, waiting]);
  const { version } = line.published;
  expect(version!.digest()).toBe(before);
  expect(version!.stack.base.buffer).toBe(line.tip.version!.stack.base.buffer);
  expect(version!.stack.base.buffer).not.toBe(from.stack.base.buffer);
});

test('strict (API): what RFC 2136 would ignore without a word is refused, nothing of the change is made', async () => {
  const { store, line } = await setUp();
  const cname = parseRecords('ns 60 CNAME other', APEX)[0];
  const updates = [
    ...add(1).updates,
    { kind: 'add' as const, name: cname.name, type: cname.type, ttl: 60, rdata: cname.rdata },
  ];
  await expect(line.change({ updates }, true)).rejects.toMatchObject({ code: 'change-not-possible' });
  expect(store.calls).toEqual([]);
  expect(await line.change({ updates })).toMatchObject({
    serial: 2,
    ignored: [expect.stringContaining('no CNAME beside')],
  });
});

test('a zone that is not loaded takes no change', async () => {
  const { store } = await setUp();
  const ports = {
    apex: APEX,
    store,
    now: () => 0,
    policy: () => ({ serialPolicy: 'increment' as const, zoneMaxSize: 1 }),
    publish() {},
    announce() {},
    failed() {},
  };
  const line = new CommitLine(ports, undefined, NO_FACTS);
  await expect(line.change(add(1))).rejects.toMatchObject({ code: 'zone-not-loaded', rcode: RCODE.SERVFAIL });
});

test('facts that are not a primary’s are as none', () => {
  expect(readFacts({ role: 'secondary', updatesSince: 4 })).toEqual(NO_FACTS);
  expect(readFacts({ role: 'primary', updatesSince: 4, file: { path: 1 } })).toEqual({
    role: 'primary',
    updatesSince: 4,
    file: undefined,
    frozen: false,
  });
});
