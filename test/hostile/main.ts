// npm run test:hostile -- [--messages N] [--seed N]
import { parseArgs } from 'node:util';
import { siege } from './siege.ts';

const { values } = parseArgs({ options: { messages: { type: 'string' }, seed: { type: 'string' } } });
const messages = Number(values.messages ?? 1_000_000);
const seed = Number(values.seed ?? 1);
if (!(messages > 0) || !Number.isInteger(seed)) {
  console.error('--messages and --seed take whole numbers');
  process.exit(2);
}
console.log(`again: npm run test:hostile -- --messages ${messages} --seed ${seed}`);
const { udp, tcp, fromPrimary, transfers, answers, seconds, memory, failures } = await siege(
  messages,
  seed,
  console.log,
);
console.log(
  `${udp + tcp + fromPrimary} malformed messages in ${seconds.toFixed(0)} s: ${udp} over UDP, ${tcp} over TCP, ${fromPrimary} from its primary (${transfers} transfers); ${answers} answers`,
);
const { warm, end } = memory;
console.log(
  `heap after a collection ${warm.heapMib.toFixed(1)} MiB early, ${end.heapMib.toFixed(1)} at the end; process ${warm.pssMib.toFixed(0)} and ${end.pssMib.toFixed(0)} MiB`,
);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
