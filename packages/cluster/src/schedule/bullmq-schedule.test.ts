import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { scheduleSuite } from '@zonewire/secondary/schedule-suite';
import { eventually, RedisServer } from '@zonewire/testkit';
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
    // Redis itself has to do it all: the watch of this node is not to help.
    takeOver: { timer: 600_000, timerLeast: 600_000, change: 600_000 },
  }),
  clock: {
    now: () => Date.now(),
    advance: (ms) => sleep(ms),
    until: async (what, condition) => {
      await eventually(what, condition, 20_000, 5);
    },
  },
}));
