// npm run test:damage -- [--damages N] [--seed N]
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryFolder } from '../memory-folder.ts';
import { generator } from '../random.ts';
import { damagedCopy, makeStore, startFrom } from './damages.ts';

const { values } = parseArgs({ options: { damages: { type: 'string' }, seed: { type: 'string' } } });
const [damages, seed] = [values.damages ?? 3_000, values.seed ?? 1].map(Number);
if (![damages, seed].every((n) => Number.isInteger(n) && n > 0)) {
  console.error('--damages and --seed take whole numbers');
  process.exit(2);
}
const dir = mkdtempSync(join(memoryFolder(), 'zonewire-damage-'));
const stopped = [await makeStore(join(dir, 'closed'), false), await makeStore(join(dir, 'killed'), true)];
const random = generator(seed);
let [broken, noticed] = [0, 0];
for (let i = 1; i <= damages; i++) {
  const store = stopped[i % 2];
  const damage = damagedCopy(store, join(dir, 'damaged'), random);
  const { refused, problems } = await startFrom(join(dir, 'damaged'), store, damage);
  if (refused > 0) noticed++;
  if (problems.length > 0 && ++broken <= 20)
    console.error(
      `FAILED: ${damage.file}, ${damage.text}: ${problems.length} problems: ${problems.slice(0, 3).join('; ')}`,
    );
  if (i % 500 === 0) console.log(`${i} damages, ${noticed} noticed, ${broken} with a wrong answer`);
}
rmSync(dir, { recursive: true, force: true });
console.log(
  `${damages} damages, ${noticed} cost zones, which were refused and stored anew; ${broken} led to something wrong`,
);
process.exit(broken > 0 ? 1 : 0);
