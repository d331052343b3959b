import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DnsExchange, silentLog, ZoneTable } from '@zonewire/nameserver';
import { fail, name, TYPE, ZonewireError } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { openMemoryStore, type ZoneStore } from '@zonewire/zone-store';
import { describe, expect, test } from 'vitest';
import type { PrimaryZoneConfig } from './config.ts';
import type { PrimaryEvent } from './events.ts';
import { MemoryFiles } from './fixtures/memory-files.ts';
import { Primary } from './primary.ts';
import { diskFiles } from './source/disk-files.ts';
import type { FilePort } from './source/file-port.ts';

const APEX = name('example.test.');
const FILE = '/zones/example.test.zone';

function text(serial: number, more = ''): string {
  return `$TTL 60\n@ SOA ns h ${serial} 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n${more}`;
}

/** A node's primary without a network; started again it finds the same files and store. */
class World {
  readonly clock = new FakeClock();
  readonly files: FilePort;
  store: ZoneStore = openMemoryStore();
  table = new ZoneTable();
  primary!: Primary;
  events: PrimaryEvent[] = [];

  constructor(files: FilePort) {
    this.files = files;
  }

  async start(config: Partial<PrimaryZoneConfig> = {}): Promise<this> {
    this.table = new ZoneTable();
    const client: Pick<DnsExchange, 'exchange'> = { exchange: async () => fail('timeout', 'nobody there') };
    const { store, table, clock, files } = this;
    this.primary = new Primary({ store, table, client, clock, log: silentLog, files });
    this.events = [];
    this.primary.events((event) => this.events.push(event));
    await this.primary.addZone({ domain: APEX, file: FILE, acl: [], notify: [], ...config });
    return this;
  }

  async restart(config: Partial<PrimaryZoneConfig> = {}): Promise<this> {
    await this.primary.stop();
    return this.start(config);
  }

  async update(owner: string): Promise<number> {
    const rdata = Uint8Array.of(192, 0, 2, 77);
    const updates = [{ kind: 'add' as const, name: name(owner, APEX), type: TYPE.A, ttl: 60, rdata }];
    return (await this.primary.commit(APEX, { updates })).serial;
  }

  get status() {
    return this.primary.status(APEX);
  }

  get serial(): number | undefined {
    return this.table.get(APEX)?.version?.serial;
  }

  has(owner: string, type: number = TYPE.A): boolean {
    return this.table.get(APEX)?.version?.rrset(name(owner, APEX), type) !== undefined;
  }
}

function memory(zone: string): { world: World; files: MemoryFiles } {
  const files = new MemoryFiles();
  files.set(FILE, zone);
  return { world: new World(files), files };
}

describe('start', () => {
  test('a zone is loaded from its file and served', async () => {
    const { world } = memory(text(7, 'www A 192.0.2.2'));
    await world.start();
    expect(world.serial).toBe(7);
    expect(world.status).toMatchObject({
      zone: 'example.test.',
      role: 'primary',
      state: 'serving',
      records: 4,
      served: { serial: 7 },
      file: { path: FILE, serial: 7, dynamicUpdatesSince: 0 },
      lastError: undefined,
    });
  });

  test('an unchanged file at a restart: what is stored is served, dynamic updates included, and the file is not read', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    expect(await world.update('dyn')).toBe(8);
    const { reads } = files;
    await world.restart();
    expect(files.reads).toBe(reads);
    expect(world.serial).toBe(8);
    expect(world.has('dyn')).toBe(true);
    expect(world.status.file?.dynamicUpdatesSince).toBe(1);
  });

  test('a touched file with the same content is unchanged', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    files.set(FILE, text(7));
    await world.restart();
    expect(world.serial).toBe(8);
    expect(world.status.lastError).toBeUndefined();
  });

  test('a changed file becomes a diff: secondaries get IXFR from differences', async () => {
    const { world, files } = memory(text(7, 'a A 192.0.2.2\nb A 192.0.2.3'));
    await world.start();
    files.set(FILE, text(8, 'a A 192.0.2.2\nc A 192.0.2.4'));
    await world.restart();
    expect(world.serial).toBe(8);
    const [diff] = world.store.diffsFrom(APEX, 7)!;
    expect(diff).toMatchObject({ fromSerial: 7, toSerial: 8, removedCount: 2, addedCount: 2 });
  });

  test('a broken file at the first start: this zone alone is not served, the status says where the error is; a repaired file is taken', async () => {
    const { world, files } = memory(`${text(7)}bad A 192.0.2.256\n`);
    await world.start();
    expect(world.serial).toBeUndefined();
    expect(world.table.get(APEX)?.state).toBe('loading');
    expect(world.status).toMatchObject({ state: 'failed' });
    expect(world.status.lastError?.message).toMatch(/^\/zones\/example\.test\.zone:5:7: .*answers SERVFAIL/);
    expect(world.events).toMatchObject([{ kind: 'problem' }]);
    files.set(FILE, text(7));
    await world.primary.reload(APEX);
    expect(world.status).toMatchObject({ state: 'serving', lastError: undefined });
  });

  test.each([
    ['no file', undefined, /there is no such file/],
    ['no SOA', '$TTL 60\n@ NS ns\nns A 192.0.2.1\n', /SOA/],
    ['two SOAs', `${text(7)}@ SOA ns h 8 1 1 1 1\n`, /zone:5:\d+: .*SOA/],
    ['a name of another zone', `${text(7)}other.test. A 192.0.2.1\n`, /zone:5:1: /],
    ['no NS', '$TTL 60\n@ SOA ns h 7 1 1 1 1\n', /NS/],
    ['CNAME and other data', `${text(7)}x CNAME ns\nx A 192.0.2.1\n`, /zone:[56]:\d+: .*CNAME/],
    ['a missing include', `${text(7)}$INCLUDE nothing.zone\n`, /nothing\.zone/],
  ])('what is refused: %s', async (_, zone, message) => {
    const { world, files } = memory(text(1));
    if (zone === undefined) files.remove(FILE);
    else files.set(FILE, zone);
    await world.start();
    expect(world.serial).toBeUndefined();
    expect(world.status.lastError?.message).toMatch(message);
  });

  test('a broken file later: the old version stays served', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set(FILE, '@ SOA broken');
    await world.restart();
    expect(world.serial).toBe(7);
    expect(world.status.state).toBe('serving');
    expect(world.status.lastError?.message).toMatch(/zone:1:\d+: .*serial 7 stays served/);
    await expect(world.primary.reload(APEX)).rejects.toThrow(/zone:1:/);
    files.set(FILE, text(7));
    expect(await world.primary.reload(APEX)).toMatchObject({ serial: 7 });
    expect(world.status.lastError).toBeUndefined();
  });

  test('zone-max-size refuses a larger file', async () => {
    const { world } = memory(text(7, Array.from({ length: 500 }, (_, i) => `h${i} A 192.0.2.2\n`).join('')));
    await world.start({ zoneMaxSize: 10_000 });
    expect(world.status.lastError).toMatchObject({ code: 'zone-too-large' });
  });

  test('a zone that a secondary had before: its version is kept, the file leads on from it', async () => {
    const { world, files } = memory(text(5));
    await world.start();
    const { version } = (await world.store.load(APEX))!;
    await world.store.commitImage(APEX, version!, { facts: { role: 'secondary', expireAt: 1 } });
    files.set(FILE, text(4, 'www A 192.0.2.2'));
    await world.restart();
    expect(world.serial).toBe(6);
    expect(world.has('www')).toBe(true);
    expect(world.status.warnings?.[0]).toMatch(/serial 4 is not newer than 5.*served as 6/);
  });

  test('stored data that does not verify: the zone is not replaced by its file without being told so', async () => {
    const { world } = memory(text(7));
    const { load } = world.store;
    world.store.load = () =>
      Promise.reject(new ZonewireError('store-damaged', 'the image of example.test. is damaged'));
    await world.start();
    expect(world.status).toMatchObject({ state: 'failed', lastError: { code: 'store-damaged' } });
    expect(world.status.lastError?.message).toContain('--discard-updates');
    await expect(world.primary.reload(APEX)).rejects.toMatchObject({ code: 'store-damaged' });
    await world.primary.reload(APEX, { discardUpdates: true });
    expect(world.status).toMatchObject({ state: 'serving', lastError: undefined });
    world.store.load = load;
  });
});

describe('the serial of a changed file', () => {
  test.each<[string, number, number, string, RegExp | undefined]>([
    ['raised: taken', 9, 9, 'x A 192.0.2.9', undefined],
    ['raised, nothing else: taken', 9, 9, '', undefined],
    [
      'not raised, content changed: moved forward, said so',
      7,
      8,
      'x A 192.0.2.9',
      /serial 7 is not newer than 7.*served as 8/,
    ],
    [
      'lowered, content changed: moved forward, said so',
      3,
      8,
      'x A 192.0.2.9',
      /serial 3 is not newer than 7.*served as 8/,
    ],
    ['lowered, nothing else: nothing happens', 3, 7, '', undefined],
    ['2^31 ahead is not newer (RFC 1982 3.2)', 2_147_483_655, 8, 'x A 192.0.2.9', /not newer/],
  ])('%s', async (_, fileSerial, served, more, warning) => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set(FILE, text(fileSerial, more));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(served);
    expect(world.has('x')).toBe(more !== '');
    if (warning === undefined) expect(world.status.warnings).toBeUndefined();
    else expect(world.status.warnings?.[0]).toMatch(warning);
    expect(world.status.file?.serial).toBe(fileSerial);
    // And nothing happens the second time.
    await world.primary.reload(APEX);
    expect(world.serial).toBe(served);
    await world.restart();
    expect(world.serial).toBe(served);
  });

  test('a changed SOA field other than the serial is a change', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set(FILE, text(7).replace('3600', '7200'));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(8);
    expect(world.table.get(APEX)?.version?.soa.refresh).toBe(7200);
  });

  test('a signed zone whose serial was not raised is refused: a moved serial would break its signatures', async () => {
    const signed = (serial: number, more = '') =>
      text(serial, `@ RRSIG SOA 8 2 60 20300101000000 20200101000000 1 example.test. AAAA\n${more}`);
    const { world, files } = memory(signed(7));
    await world.start();
    files.set(FILE, signed(7, 'x A 192.0.2.9'));
    await expect(world.primary.reload(APEX)).rejects.toMatchObject({ code: 'zone-serial-not-newer' });
    expect(world.serial).toBe(7);
    files.set(FILE, signed(8, 'x A 192.0.2.9'));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(8);
  });

  test('many records changed: stored as an image, and still a diff for secondaries', async () => {
    const hosts = (from: number) => Array.from({ length: 200 }, (_, i) => `h${from + i} A 192.0.2.2\n`).join('');
    const { world, files } = memory(text(1, hosts(0)));
    await world.start();
    files.set(FILE, text(2, hosts(150)));
    await world.primary.reload(APEX);
    expect(world.store.diffsFrom(APEX, 1)?.[0]).toMatchObject({ removedCount: 151, addedCount: 151 });
    await world.restart();
    expect(world.has('h349')).toBe(true);
    expect(world.has('h0')).toBe(false);
  });
});

describe('files against dynamic updates', () => {
  test('reload of a changed file while updates exist: refused with what to do; nothing lost, at a restart neither', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    await world.update('dyn2');
    files.set(FILE, text(20, 'edit A 192.0.2.3'));
    const refused = world.primary.reload(APEX);
    await expect(refused).rejects.toMatchObject({ code: 'zone-has-updates' });
    await expect(refused).rejects.toThrow(/lose 2 dynamic updates .*freeze.*before-freeze.*--discard-updates/);
    expect(world.serial).toBe(9);
    await world.restart();
    expect(world.serial).toBe(9);
    expect([world.has('dyn'), world.has('dyn2'), world.has('edit')]).toEqual([true, true, false]);
    expect(world.status.lastError).toMatchObject({ code: 'zone-has-updates' });
    expect(await world.update('dyn3')).toBe(10);
  });

  test('reload with discardUpdates: the file is taken, and what was discarded is in the history', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    files.set(FILE, text(7, 'edit A 192.0.2.3'));
    expect(await world.primary.reload(APEX, { discardUpdates: true })).toMatchObject({ serial: 9 });
    expect([world.has('dyn'), world.has('edit')]).toEqual([false, true]);
    expect(world.status.file?.dynamicUpdatesSince).toBe(0);
    expect(world.store.diffsFrom(APEX, 8)).toHaveLength(1);
  });

  test('discardUpdates with an unchanged file goes back to the file', async () => {
    const { world } = memory(text(7));
    await world.start();
    await world.update('dyn');
    await world.primary.reload(APEX, { discardUpdates: true });
    expect(world.has('dyn')).toBe(false);
    expect(world.serial).toBe(9);
  });

  test('a file that says what the zone says already is taken in spite of updates (crash in the middle of freeze, or an export put in place)', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    files.set(FILE, text(8, 'dyn A 192.0.2.77'));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(8);
    expect(world.status.file).toMatchObject({ serial: 8, dynamicUpdatesSince: 0 });
  });

  test('freeze, edit, thaw: updates refused meanwhile, the file has them, the edit is added to them', async () => {
    const { world, files } = memory(text(7, '; a comment\n'));
    await world.start();
    await world.update('dyn');
    const frozen = await world.primary.freeze(APEX);
    expect(frozen.message).toMatch(/serial 8 is written to .*kept as .*before-freeze/);
    expect(files.text(`${FILE}.before-freeze`)).toContain('; a comment');
    expect(world.status.state).toBe('frozen');
    await expect(world.update('no')).rejects.toMatchObject({ code: 'zone-frozen' });
    expect(await world.primary.freeze(APEX)).toMatchObject({ message: expect.stringContaining('already') });
    files.set(
      FILE,
      files
        .text(FILE)!
        .replace(/ 8 +; serial/, ' 50 ; serial')
        .concat('edit A 192.0.2.3\n'),
    );
    expect(await world.primary.thaw(APEX)).toMatchObject({ serial: 50 });
    expect([world.has('dyn'), world.has('edit')]).toEqual([true, true]);
    expect(await world.update('after')).toBe(51);
    expect(world.events.map(({ kind }) => kind)).toEqual([
      'published',
      'published',
      'frozen',
      'published',
      'thawed',
      'published',
    ]);
  });

  test('freeze without updates leaves the file alone', async () => {
    const { world, files } = memory(text(7, '; a comment\n'));
    await world.start();
    await world.primary.freeze(APEX);
    expect(files.text(FILE)).toContain('; a comment');
    expect(files.text(`${FILE}.before-freeze`)).toBeUndefined();
    await world.primary.thaw(APEX);
    expect(world.serial).toBe(7);
  });

  test('a second freeze does not throw away the file kept by the first', async () => {
    const { world, files } = memory(text(7, '; a comment\n'));
    await world.start();
    for (const owner of ['one', 'two']) {
      await world.update(owner);
      await world.primary.freeze(APEX);
      await world.primary.thaw(APEX);
    }
    expect(files.text(`${FILE}.before-freeze`)).toContain('; a comment');
    expect(files.text(FILE)).toMatch(/two/);
  });

  test('a frozen zone stays frozen over a restart, and a half-done edit is not loaded', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    await world.primary.freeze(APEX);
    files.set(FILE, text(60, 'edit A 192.0.2.3'));
    await world.restart();
    expect(world.status.state).toBe('frozen');
    expect(world.serial).toBe(8);
    expect(world.status.warnings?.[0]).toContain('thaw');
    await expect(world.update('no')).rejects.toMatchObject({ code: 'zone-frozen' });
    await world.primary.thaw(APEX);
    expect(world.serial).toBe(60);
    expect(world.status).toMatchObject({ state: 'serving', warnings: undefined });
  });

  test('a broken edit leaves the zone frozen', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.primary.freeze(APEX);
    files.set(FILE, 'oops');
    await expect(world.primary.thaw(APEX)).rejects.toThrow(/zone:1:/);
    expect(world.status.state).toBe('frozen');
    files.set(FILE, text(8));
    await world.primary.thaw(APEX);
    expect(world.status).toMatchObject({ state: 'serving', lastError: undefined });
  });

  test('a file that cannot be written: not frozen, updates go on', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    await world.update('dyn');
    files.readOnly.add(FILE);
    await expect(world.primary.freeze(APEX)).rejects.toMatchObject({ code: 'zone-file-not-written' });
    expect(world.status.state).toBe('serving');
    expect(await world.update('dyn2')).toBe(9);
  });

  test('thaw of a zone that is not frozen is an error', async () => {
    const { world } = memory(text(7));
    await world.start();
    await expect(world.primary.thaw(APEX)).rejects.toMatchObject({ code: 'zone-not-frozen' });
  });
});

describe('files on disk', () => {
  test('includes, freeze through a link, and a kept file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'zonewire-primary-'));
    try {
      const real = join(dir, 'real.zone');
      const file = join(dir, 'link.zone');
      await writeFile(real, text(7, '$INCLUDE hosts.inc\n'), { mode: 0o640 });
      await writeFile(join(dir, 'hosts.inc'), 'a A 192.0.2.5\n');
      await symlink(real, file);
      const world = new World(diskFiles);
      await world.start({ file });
      expect(world.has('a')).toBe(true);
      await world.restart({ file });
      // A changed include is a changed zone.
      await writeFile(join(dir, 'hosts.inc'), 'b A 192.0.2.5\n');
      await world.primary.reload(APEX);
      expect([world.has('a'), world.has('b'), world.serial]).toEqual([false, true, 8]);
      await world.update('dyn');
      await world.primary.freeze(APEX);
      expect(await readFile(`${file}.before-freeze`, 'utf8')).toContain('$INCLUDE');
      expect(await readFile(real, 'utf8')).toMatch(/dyn/);
      expect((await diskFiles.stamp(real))?.path).toBe(real);
      await world.primary.thaw(APEX);
      expect(world.serial).toBe(9);
      await world.primary.stop();
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('the zones of a node', () => {
  test('a zone that is not here, or twice', async () => {
    const { world } = memory(text(7));
    await world.start();
    expect(() => world.primary.status(name('other.'))).toThrow(expect.objectContaining({ code: 'zone-unknown' }));
    await expect(world.primary.reload(name('other.'))).rejects.toMatchObject({ code: 'zone-unknown' });
    await expect(world.primary.addZone({ domain: APEX, file: FILE, acl: [], notify: [] })).rejects.toMatchObject({
      code: 'zone-already-served',
    });
  });

  test('removed and added again: goes on where it was', async () => {
    const { world } = memory(text(7));
    await world.start();
    await world.update('dyn');
    await world.primary.removeZone(APEX);
    expect(world.table.get(APEX)).toBeUndefined();
    expect(world.primary.statuses()).toEqual([]);
    await world.primary.addZone({ domain: APEX, file: FILE, acl: [], notify: [] });
    expect(world.serial).toBe(8);
  });

  test('removed while it is being added: nothing of it stays in the table', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    const other = name('other.test.');
    files.set('/other', text(1));
    const adding = world.primary.addZone({ domain: other, file: '/other', acl: [], notify: [] });
    await Promise.all([adding, world.primary.removeZone(other)]);
    expect(world.table.get(other)).toBeUndefined();
    expect(world.primary.statuses()).toHaveLength(1);
  });

  test('a new configuration: another file is loaded, another acl holds', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set('/zones/other.zone', text(30, 'x A 192.0.2.9'));
    await world.primary.updateConfig({ domain: APEX, file: '/zones/other.zone', acl: [], notify: [] });
    expect(world.serial).toBe(30);
    expect(world.status.file?.path).toBe('/zones/other.zone');
  });

  test('changes by the API: an id, the serial; nothing changed keeps the serial; a name of another zone is refused', async () => {
    const { world } = memory(text(7));
    await world.start();
    const add = (owner: string) => ({
      updates: [{ kind: 'add' as const, name: name(owner), type: TYPE.A, ttl: 60, rdata: new Uint8Array(4) }],
    });
    expect(await world.primary.commit(APEX, add('x.example.test.'))).toEqual({
      changeId: 'example.test.~8',
      serial: 8,
      changed: true,
    });
    expect(await world.primary.commit(APEX, add('x.example.test.'))).toEqual({
      changeId: 'example.test.~8',
      serial: 8,
      changed: false,
    });
    await expect(world.primary.commit(APEX, add('x.other.test.'))).rejects.toMatchObject({
      code: 'update-not-in-zone',
    });
  });

  test('a listener that throws stops nobody', async () => {
    const { world } = memory(text(7));
    await world.start();
    world.primary.events(() => {
      throw new Error('listener');
    });
    expect(await world.update('a')).toBe(8);
    expect(await world.update('b')).toBe(9);
  });

  test('a zone that another role serves is not added, and can be once it is gone', async () => {
    const { world } = memory(text(7));
    await world.start();
    await world.primary.removeZone(APEX);
    world.table.add({ apex: APEX, acl: [], role: 'secondary', handler: {} });
    const config = { domain: APEX, file: FILE, acl: [], notify: [] };
    await expect(world.primary.addZone(config)).rejects.toMatchObject({ code: 'zone-already-served' });
    world.table.remove(APEX);
    await world.primary.addZone(config);
    expect(world.serial).toBe(7);
  });

  test('a full disk: the change is refused, the status says why, and it recovers by itself', async () => {
    const { world } = memory(text(7));
    await world.start();
    const { commitDiff } = world.store;
    world.store.commitDiff = () => Promise.reject(new ZonewireError('store-write-failed', 'no space left on device'));
    await expect(world.update('x')).rejects.toMatchObject({ code: 'store-write-failed' });
    expect(world.status.lastError).toMatchObject({
      code: 'store-write-failed',
      message: expect.stringContaining('no space'),
    });
    expect(world.serial).toBe(7);
    world.store.commitDiff = commitDiff.bind(world.store);
    expect(await world.update('y')).toBe(8);
    expect(world.status.lastError).toBeUndefined();
    expect(world.has('x')).toBe(false);
  });
});
