import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { eventually, freePort, RedisServer } from '@zonewire/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { commandConnection } from '../redis/connection.ts';
import { BullmqSchedule } from './bullmq-schedule.ts';
import { jobId } from './job.ts';
import type { TakeOver } from './take-over.ts';

/** What BullMQ does that nobody expects, one test each; "at rest" and "again when active" are in the other tests of this folder. */

let redis: RedisServer;
let site = 0;
const schedules: BullmqSchedule[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(schedules.splice(0).map((schedule) => schedule.close()));
});
afterAll(() => redis?.remove());

const NEVER: TakeOver = { timer: 600_000, timerLeast: 600_000, change: 600_000 };

function open(takeOver = NEVER, inSite = `traps${site++}`) {
  const schedule = new BullmqSchedule({ url: redis.url, site: inSite, clock: systemClock, log: silentLog, takeOver });
  schedules.push(schedule);
  return { schedule, key: (name: string) => `zonewire:{${inSite}}:refresh:${name}` };
}

describe('traps of BullMQ', { timeout: 60_000 }, () => {
  test('ids: the same for the same zone, without colon, never a number, whatever the zone is called', () => {
    const zones = ['.', '1.', '0.0.127.in-addr.arpa.', 'a:b.', '\\000.', 'example.test.'];
    for (const zone of zones) expect(jobId(zone)).toMatch(/^z[\w-]{24}$/);
    expect(new Set(zones.map(jobId)).size).toBe(zones.length);
    expect(jobId('example.test.')).toBe(jobId('example.test.'));
  });

  test('an id that was processed and left can be added again', async () => {
    const { schedule } = open();
    const seen: string[] = [];
    schedule.start(async (_, reason) => {
      seen.push(reason);
    });
    for (const reason of ['first', 'second', 'third']) {
      schedule.set('a.test.', Date.now(), reason);
      await eventually(reason, () => seen.at(-1) === reason);
      await eventually('nothing left of it', async () => schedule.counters.active === 0);
    }
    expect(seen).toEqual(['first', 'second', 'third']);
  });

  test('a zone planned again while its job is on the way out of Redis, where it can be neither moved nor added', async () => {
    // Which of the commands Redis has first differs from time to time: some of these hit it.
    for (let i = 0; i < 40; i++) {
      const { schedule } = open();
      let processed = 0;
      schedule.start(async () => {
        processed++;
      });
      for (let round = 1; round <= 3; round++) {
        schedule.set('a.test.', Date.now(), `round ${round}`);
        await eventually(`round ${round}`, () => processed === round && schedule.counters.active === 0, 5_000, 1);
      }
    }
  });

  test('handed out a second time while it is processed (lock lost): waits, and no round runs beside another', async () => {
    const { schedule, key } = open();
    let running = 0;
    let most = 0;
    let rounds = 0;
    let release = () => {};
    schedule.start(async (zone) => {
      most = Math.max(most, ++running);
      if (rounds++ === 0) await new Promise<void>((resolve) => (release = resolve));
      running--;
      schedule.set(zone, Date.now() + 200, 'refresh');
    });
    schedule.set('a.test.', Date.now(), 'refresh');
    await eventually('under way', () => running === 1);
    const id = jobId('a.test.');
    // What BullMQ does to a job whose lock ran out.
    await redis.command('del', key(`${id}:lock`));
    await redis.command('lrem', key('active'), '0', id);
    await redis.command('rpush', key('wait'), id);
    await redis.command('zadd', key('marker'), '0', '0');
    await eventually('handed out again', async () => (await redis.command('lpos', key('active'), id)) === '0');
    await sleep(100);
    expect(rounds).toBe(1);
    release();
    await eventually('more rounds', () => rounds >= 4);
    expect(most).toBe(1);
  });

  test('a producer without Redis fails at once instead of piling up commands', async () => {
    const connection = commandConnection({ url: `redis://127.0.0.1:${await freePort()}` });
    connection.on('error', () => {});
    await expect(connection.set('a', '1')).rejects.toThrow(/Stream isn't writeable/);
    connection.disconnect();
  });

  test('a worker that silently gets nothing: the watch takes over', async () => {
    const { schedule, key } = open({ timer: 200, timerLeast: 200, change: 100 });
    await redis.command('hset', key('meta'), 'paused', '1');
    let rounds = 0;
    schedule.start(async (zone) => {
      rounds++;
      schedule.set(zone, Date.now() + 50, 'refresh');
    });
    schedule.set('a.test.', Date.now(), 'refresh');
    await eventually('rounds', () => rounds >= 3);
    expect(schedule.redis).toBe('answers');
    expect(schedule.counters.takenOver).toBeGreaterThanOrEqual(3);
  });

  test('more due at one moment than BullMQ promotes at a time (1,000): all are handed out', async () => {
    const { schedule } = open();
    const seen = new Set<string>();
    schedule.start(async (zone) => {
      seen.add(zone);
    });
    const at = Date.now() + 500;
    for (let i = 0; i < 3_000; i++) schedule.set(`zone${i}.test.`, at, 'refresh');
    await eventually('all', () => seen.size === 3_000, 40_000);
  });

  test('a node that died with a job in its hands is replaced once its sign of life is gone, not when the lock runs out', async () => {
    const takeOver = { timer: 200, timerLeast: 200, change: 100 };
    const { schedule, key } = open(takeOver);
    const id = jobId('a.test.');
    let rounds = 0;
    schedule.start(async (zone) => {
      rounds++;
      schedule.set(zone, Date.now() + 3_600_000, 'refresh');
    });
    schedule.set('a.test.', Date.now() + 3_600_000, 'refresh');
    await eventually('its job', async () => (await redis.command('zrem', key('delayed'), id)) === '1');
    await redis.command('lpush', key('active'), id);
    await redis.command('set', key(`${id}:lock`), 'other-node:7', 'px', '3600000');
    const alive = key('').replace('refresh:', 'alive:other-node');
    await redis.command('set', alive, '1', 'px', '1500');
    schedule.set('a.test.', Date.now(), 'refresh');
    await sleep(600);
    if ((await redis.command('exists', alive)) === '1') expect(rounds).toBe(0);
    await eventually('taken over', () => rounds === 1);
    await eventually('its job again', async () => (await redis.command('zscore', key('delayed'), id)) !== '');
  });
});
