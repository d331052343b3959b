import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { scheduleSuite } from '@zonewire/secondary/schedule-suite';
import { RedisServer } from '@zonewire/testkit';
import { afterAll, beforeAll } from 'vitest';
import { BullmqSchedule } from './bullmq-schedule.ts';

let redis: RedisServer;
let site = 0;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis?.remove());

scheduleSuite('BullMQ', async ({ concurrency }) => ({
  schedule: new BullmqSchedule({
    url: redis.url,
    site: `suite${site++}`,
    clock: systemClock,
    log: silentLog,
    concurrency,
  }),
  clock: { now: () => Date.now(), advance: (ms) => sleep(ms) },
}));
