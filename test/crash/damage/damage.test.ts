import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { generator } from '../random.ts';
import { damagedCopy, makeStore, startFrom } from './damages.ts';

const DAMAGES = 60;

describe('a start from damaged files', () => {
  const dir = mkdtempSync(join(memoryFolder(), 'zonewire-damage-'));
  // Others: npm run test:damage -- --seed N
  const seed = 1;
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ['closed', false],
    ['killed', true],
  ])(
    `of a store that was %s, ${DAMAGES} times: it starts, serves nothing else than what was committed last, and takes the rest anew`,
    async (name, killed) => {
      const stopped = await makeStore(join(dir, name), killed);
      const random = generator(seed);
      let noticed = 0;
      for (let i = 0; i < DAMAGES; i++) {
        const damage = damagedCopy(stopped, join(dir, 'damaged'), random);
        const { refused, problems } = await startFrom(join(dir, 'damaged'), stopped, damage);
        expect(problems, `seed ${seed}, damage ${i}: ${damage.file}, ${damage.text}`).toEqual([]);
        if (refused > 0) noticed++;
      }
      expect(noticed).toBeGreaterThan(DAMAGES / 20);
    },
  );
});
