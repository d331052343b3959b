import { name, TYPE, ZonewireError } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { APEX, FILE, memory, text } from './fixtures/world.ts';

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
    expect([...world.primary.glances()]).toEqual([]);
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
    expect([...world.primary.glances()]).toHaveLength(1);
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
