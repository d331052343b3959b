import type { BullmqSchedule, RedisSite } from '@zonewire/cluster';
import { type Log, systemClock } from '@zonewire/nameserver';
import { HeapSchedule, type Schedule } from '@zonewire/secondary';
import { type NodeConfig, redisUrlShown } from '../config/mod.ts';
import type { RedisStatus } from '../control/ports.ts';

/** Where SOA timers run: in Redis, shared with the other nodes of the site, when it is configured; else in this node. */
export interface Site {
  readonly schedule: Schedule;
  /** The other nodes of the site. */
  readonly link?: RedisSite;
  /** Absent: no Redis is configured. */
  readonly bullmq?: BullmqSchedule;
}

/** Resolves without waiting for Redis: a node starts and works whether it is there or not. */
export async function openSite({ redis, limits, server }: NodeConfig, log: Log): Promise<Site> {
  const concurrency = limits.rounds;
  if (redis === undefined) return { schedule: new HeapSchedule({ clock: systemClock, concurrency }) };
  // Its clients take a while to load; a node without Redis does not wait for them.
  const { BullmqSchedule, RedisSite } = await import('@zonewire/cluster');
  const { url, password, site } = redis;
  const node = server.identity;
  const bullmq = new BullmqSchedule({ url, password, site, node, clock: systemClock, log, concurrency });
  const { contentMaxSize } = redis;
  const link = new RedisSite({ url, password, site, clock: systemClock, log, watch: bullmq, contentMaxSize });
  return { schedule: bullmq, bullmq, link };
}

export function redisStatus({ redis }: NodeConfig, { bullmq }: Site): RedisStatus | undefined {
  if (redis === undefined || bullmq === undefined) return undefined;
  const { lost, refused, takenOver } = bullmq.counters;
  const trouble = bullmq.redisTrouble;
  return {
    url: redisUrlShown(redis.url),
    site: redis.site,
    state: bullmq.redis,
    since: bullmq.redisSince,
    ...(trouble === undefined ? {} : { trouble }),
    lost,
    refused,
    takenOver,
  };
}
