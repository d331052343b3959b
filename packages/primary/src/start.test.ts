import { ZonewireError } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { APEX, FILE, memory, text } from './fixtures/world.ts';

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
