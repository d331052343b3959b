import { describe, expect, test } from 'vitest';
import { APEX, FILE, memory, text } from '../fixtures/world.ts';

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
