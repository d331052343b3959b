import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { APEX, text, World } from '../fixtures/world.ts';
import { diskFiles } from './disk-files.ts';

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
