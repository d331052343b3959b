// SOA timers of 100,000 zones as BullMQ jobs: memory in Redis, time until an empty Redis has the whole schedule again, and how long
// a NOTIFY takes to its processor while 20,000 polls are due. Starts its own redis-server.
//   node packages/cluster/bench/timers.ts [zones] [backlog]
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { RedisServer } from '@zonewire/testkit';
import { BullmqSchedule } from '../src/mod.ts';

const zones = Number(process.argv[2] ?? 100_000);
const backlog = Number(process.argv[3] ?? 20_000);
/** What a poll takes: an SOA query to a primary far away. */
const POLL_MS = 100;
const CHANGES = 500;

const redis = await RedisServer.start();
const schedule = new BullmqSchedule({ url: redis.url, site: 'bench', clock: systemClock, log: silentLog });
const name = (i: number) => `zone${i}.example.test.`;
const waiting = new Map<string, () => void>();
let polls = 0;
schedule.start(async (zone, reason) => {
  if (reason === 'notify') waiting.get(zone)?.();
  else {
    polls++;
    await sleep(POLL_MS);
  }
  schedule.set(zone, Date.now() + 3_600_000, 'refresh');
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
const delayed = async () => Number(await redis.command('zcard', 'zonewire:{bench}:refresh:delayed'));
const memory = async () => {
  const info = await redis.command('info', 'memory');
  return Number(/used_memory:(\d+)/.exec(info)?.[1]) / 2 ** 20;
};

await until(() => schedule.redis === 'answers');
const empty = await memory();
let began = Date.now();
for (let i = 0; i < zones; i++) schedule.set(name(i), Date.now() + 3_600_000 + i, 'refresh');
await until(async () => (await delayed()) === zones);
const scheduled = Date.now() - began;
const used = (await memory()) - empty;

await redis.stop('SIGKILL');
await until(() => schedule.redis === 'lost');
await redis.run({ empty: true });
began = Date.now();
await until(async () => (await delayed()) === zones);
const rebuilt = Date.now() - began;

for (let i = 0; i < backlog; i++) schedule.set(name(i), Date.now() - 1, 'refresh');
await until(() => polls > 100);
const pollsBefore = polls;
began = Date.now();
const latencies: number[] = [];
for (let i = 0; i < CHANGES; i++) {
  const zone = name(zones - 1 - i);
  const sent = performance.now();
  const processed = new Promise<void>((resolve) => waiting.set(zone, resolve));
  schedule.promote(zone, 'notify');
  await processed;
  latencies.push(performance.now() - sent);
  await sleep(2);
}
const pollRate = ((polls - pollsBefore) / (Date.now() - began)) * 1000;
const left = backlog - polls;
latencies.sort((a, b) => a - b);
const quantile = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))].toFixed(1);

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; ${zones} zones`);
console.log(`Redis memory: ${used.toFixed(1)} MiB (${((used * 2 ** 20) / zones).toFixed(0)} octets a zone)`);
console.log(`scheduled: ${scheduled} ms; an empty Redis rebuilt: ${rebuilt} ms`);
console.log(
  `NOTIFY to processor with ${backlog} polls due (${left} still after it, ${pollRate.toFixed(0)} polls/s): ` +
    `p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms`,
);
console.log(`taken over: ${schedule.counters.takenOver}, refused: ${schedule.counters.refused}`);
const closing = schedule.close();
await Promise.race([closing, sleep(5_000)]);
await redis.remove();
await Promise.race([once(process, 'beforeExit'), sleep(100)]);
process.exit(0);
