import { setTimeout as sleep } from 'node:timers/promises';
import { hostsZone } from '../fixtures/zones.ts';
import { cpuMs } from './measure.ts';
import { PAIRS } from './pairs.ts';

const pair = await PAIRS.zonewire({ name: 'example.test.', text: hostsZone('example.test.', 1, 1000) });
await sleep(4000);
const a = [cpuMs(pair.pids.primary), cpuMs(pair.pids.secondary)];
console.log(pair.pids);
await sleep(25000);
console.log(
  'idle CPU ms per 100 ms:',
  (cpuMs(pair.pids.primary) - a[0]) / 100,
  (cpuMs(pair.pids.secondary) - a[1]) / 100,
);
await pair.remove();
