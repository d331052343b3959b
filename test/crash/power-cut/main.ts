// npm run test:power-cuts -- [--outages N] [--bursts N] [--seed N]
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryFolder } from '../memory-folder.ts';
import { lostBy, outagesOf, recordCommits } from './outages.ts';

const { values } = parseArgs({
  options: { outages: { type: 'string' }, bursts: { type: 'string' }, seed: { type: 'string' } },
});
const [outages, bursts, seed] = [values.outages ?? 3_000, values.bursts ?? 150, values.seed ?? 1].map(Number);
if (![outages, bursts, seed].every((n) => Number.isInteger(n) && n > 0)) {
  console.error('--outages, --bursts and --seed take whole numbers');
  process.exit(2);
}
const dir = mkdtempSync(join(memoryFolder(), 'zonewire-outage-'));
const recording = await recordCommits(bursts, seed);
const count = (kind: string) => recording.events.filter((event) => event.kind === kind).length;
console.log(
  `recorded: ${count('said')} lines said, ${count('write')} writes, ${count('sync')} syncs, ${count('create') + count('remove') + count('rename')} changes of names`,
);
let broken = 0;
let done = 0;
for (const outage of outagesOf(recording, outages, seed)) {
  const problems = await lostBy(recording, outage, dir);
  if (problems.length > 0 && ++broken <= 20) console.error(`FAILED: ${JSON.stringify(outage)}: ${problems.join('; ')}`);
  if (++done % 500 === 0) console.log(`${done} outages, ${broken} with a loss`);
}
rmSync(dir, { recursive: true, force: true });
console.log(
  `${outages} losses of power at moments of ${recording.events.length} events: ${broken} lost or damaged something`,
);
process.exit(broken > 0 ? 1 : 0);
