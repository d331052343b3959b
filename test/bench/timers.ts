import { setTimeout as sleep } from 'node:timers/promises';
import { BullmqSchedule } from '@zonewire/cluster';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { RedisServer } from '@zonewire/testkit';
import type { BenchOptions } from './main.ts';
import { median, quantile } from './measure.ts';
import type { Report } from './report.ts';

const ZONES = 100_000;
const BACKLOG = 20_000;
/** What a poll takes: an SOA query to a primary far away. */
const POLL_MS = 300;
const CHANGES = 500;
const HOUR = 3_600_000;

/** SOA timers of 100,000 zones as BullMQ jobs, in a redis-server of its own. No other server has them: nothing to compare with. */
export async function timers({ runs, command }: BenchOptions): Promise<Report> {
  const samples: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < runs; run++) samples.push(await measure());
  const of = (key: 'memory' | 'scheduled' | 'rebuilt') => median(samples.map((sample) => sample[key]));
  const waits = samples.flatMap((sample) => sample.waits);
  return {
    title: 'SOA timers in Redis',
    method:
      `${ZONES.toLocaleString('en')} zones, one delayed BullMQ job each: memory in Redis, time to plan all of them, time until an empty Redis has all of them again, and ` +
      `from a NOTIFY to its processor while ${BACKLOG.toLocaleString('en')} polls of ${POLL_MS} ms are due. ${runs} runs, medians.`,
    command,
    rows: [
      {
        what: 'Zonewire',
        'Redis MiB': of('memory'),
        'planned s': of('scheduled'),
        'rebuilt s': of('rebuilt'),
        'NOTIFY p50 ms': quantile(waits, 0.5),
        'NOTIFY p99 ms': quantile(waits, 0.99),
      },
    ],
  };
}

async function measure() {
  const redis = await RedisServer.start();
  const schedule = new BullmqSchedule({ url: redis.url, site: 'bench', clock: systemClock, log: silentLog });
  try {
    const zone = (i: number) => `zone${i}.example.test.`;
    const waiting = new Map<string, () => void>();
    let polls = 0;
    schedule.start(async (name, reason) => {
      if (reason === 'notify') waiting.get(name)?.();
      else {
        polls++;
        await sleep(POLL_MS);
      }
      schedule.set(name, Date.now() + HOUR, 'refresh');
    });
    const planned = async () => Number(await redis.command('zcard', 'zonewire:{bench}:refresh:delayed')) === ZONES;
    const memory = async () => Number(/used_memory:(\d+)/.exec(await redis.command('info', 'memory'))?.[1]) / 2 ** 20;

    await until(() => schedule.redis === 'answers');
    const empty = await memory();
    const began = performance.now();
    for (let i = 0; i < ZONES; i++) schedule.set(zone(i), Date.now() + HOUR + i, 'refresh');
    await until(planned);
    const scheduledAt = performance.now();
    const used = (await memory()) - empty;

    await redis.stop('SIGKILL');
    await until(() => schedule.redis === 'lost');
    await redis.run({ empty: true });
    const emptyAt = performance.now();
    await until(planned);
    const rebuiltAt = performance.now();

    for (let i = 0; i < BACKLOG; i++) schedule.set(zone(i), Date.now() - 1, 'refresh');
    await until(() => polls > 100);
    const waits: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      const name = zone(ZONES - 1 - i);
      const sentAt = performance.now();
      const processed = new Promise<void>((resolve) => waiting.set(name, resolve));
      schedule.promote(name, 'notify');
      await processed;
      waits.push(performance.now() - sentAt);
      await sleep(2);
    }
    if (polls >= BACKLOG) throw new Error('the backlog was worked off before the changes were: nothing was measured');
    return {
      memory: used,
      scheduled: (scheduledAt - began) / 1000,
      rebuilt: (rebuiltAt - emptyAt) / 1000,
      waits,
    };
  } finally {
    await Promise.race([schedule.close(), sleep(5_000)]);
    await redis.remove();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
