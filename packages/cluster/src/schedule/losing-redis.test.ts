import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { eventually, RedisServer } from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { BullmqSchedule } from './bullmq-schedule.ts';

const ZONES = Array.from({ length: 40 }, (_, i) => `zone${i}.test.`);
/** Every zone's round is due again so long after the last one. */
const PERIOD = 300;

let redis: RedisServer;
const schedules: BullmqSchedule[] = [];

afterEach(async () => {
  await Promise.all(schedules.splice(0).map((schedule) => schedule.close()));
  await redis?.remove();
});

/** A node whose zones refresh every {@link PERIOD}; counts the rounds of each. */
function node(options: { takeOver?: { timer: number; timerLeast: number; change: number } } = {}) {
  const schedule = new BullmqSchedule({
    url: redis.url,
    site: 'fra',
    clock: systemClock,
    log: silentLog,
    takeOver: { timer: 1_000, timerLeast: 300, change: 250 },
    ...options,
  });
  schedules.push(schedule);
  const rounds = new Map(ZONES.map((zone) => [zone, 0]));
  const reasons: string[] = [];
  let overlap = false;
  const running = new Set<string>();
  schedule.start(async (zone, reason) => {
    if (running.has(zone)) overlap = true;
    running.add(zone);
    reasons.push(reason);
    rounds.set(zone, rounds.get(zone)! + 1);
    await sleep(1);
    schedule.set(zone, Date.now() + PERIOD, 'refresh');
    running.delete(zone);
  });
  for (const [i, zone] of ZONES.entries()) schedule.set(zone, Date.now() + (i * PERIOD) / ZONES.length, 'refresh');
  const total = () => [...rounds.values()].reduce((a, b) => a + b, 0);
  return { schedule, rounds, reasons, total, overlapped: () => overlap };
}

/** Rounds within `ms`, and the zones that had none. */
async function observe({ rounds, total }: ReturnType<typeof node>, ms: number) {
  const before = new Map(rounds);
  const first = total();
  await sleep(ms);
  return { rounds: total() - first, without: ZONES.filter((zone) => rounds.get(zone) === before.get(zone)) };
}

async function jobs(): Promise<number> {
  const ids = await redis.command('--scan', '--pattern', 'zonewire:{fra}:refresh:z*');
  return ids.split('\n').filter((id) => /:z[\w-]{24}$/.test(id)).length;
}

describe('losing Redis', () => {
  test('at rest Redis hands out every round: one job a zone, none taken over', async () => {
    redis = await RedisServer.start();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    const { rounds, without } = await observe(here, 2_000);
    expect(without).toEqual([]);
    expect(rounds).toBeGreaterThan(ZONES.length * 3);
    expect(here.schedule.counters).toMatchObject({ takenOver: 0, failed: 0, lost: 0, refused: 0 });
    expect(await jobs()).toBe(ZONES.length);
    expect(here.overlapped()).toBe(false);
  });

  test('killed: rounds go on; restarted empty: exactly one job a zone again, and no storm', async () => {
    redis = await RedisServer.start();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    await redis.stop('SIGKILL');
    await eventually('Redis lost', () => here.schedule.redis === 'lost');
    const away = await observe(here, 2_000);
    expect(away.without).toEqual([]);
    expect(away.rounds).toBeGreaterThan(ZONES.length * 3);
    await redis.run({ empty: true });
    await eventually('Redis found', () => here.schedule.redis === 'answers');
    const back = await observe(here, 2_000);
    expect(back.without).toEqual([]);
    // At PERIOD plus what a round takes, nothing runs oftener than planned.
    expect(back.rounds).toBeLessThanOrEqual(ZONES.length * (Math.ceil(2_000 / PERIOD) + 1));
    expect(await jobs()).toBe(ZONES.length);
    expect(here.overlapped()).toBe(false);
  });

  test('paused with open connections: a change waits 250 ms at most, then rounds go on here; resumed: one job a zone', async () => {
    redis = await RedisServer.start();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    redis.pause();
    await sleep(20);
    here.reasons.length = 0;
    const promoted = Date.now();
    here.schedule.promote(ZONES[7], 'notify');
    await eventually('the change', () => here.reasons.includes('notify'), 5_000, 5);
    expect(Date.now() - promoted).toBeLessThan(1_000);
    await eventually('Redis lost', () => here.schedule.redis === 'lost');
    expect((await observe(here, 1_500)).without).toEqual([]);
    redis.resume();
    await eventually('Redis found', () => here.schedule.redis === 'answers');
    expect((await observe(here, 2_000)).without).toEqual([]);
    expect(await jobs()).toBe(ZONES.length);
    expect(here.overlapped()).toBe(false);
  });

  test('emptied under our feet (FLUSHALL): the watch takes over and every zone has its job again', async () => {
    redis = await RedisServer.start();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    await redis.command('flushall');
    await sleep(PERIOD + 300);
    expect((await observe(here, 1_500)).without).toEqual([]);
    expect(here.schedule.counters.takenOver).toBeGreaterThan(0);
    await eventually('a job a zone', async () => (await jobs()) === ZONES.length);
  });

  test('full (noeviction): what Redis refuses is counted, rounds go on', async () => {
    redis = await RedisServer.start();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    await redis.command('config', 'set', 'maxmemory', '1');
    await eventually('a refused command', () => here.schedule.counters.refused > 0);
    await sleep(1_500);
    expect((await observe(here, 2_500)).without).toEqual([]);
    await redis.command('config', 'set', 'maxmemory', '0');
    await sleep(1_500);
    expect((await observe(here, 1_500)).without).toEqual([]);
    await eventually('a job a zone', async () => (await jobs()) === ZONES.length);
  });

  test('absent at start: rounds run without it', async () => {
    redis = await RedisServer.start();
    await redis.stop();
    const here = node();
    await eventually('all zones had a round', () => [...here.rounds.values()].every((n) => n > 0));
    expect(here.schedule.redis).toBe('lost');
    expect((await observe(here, 1_500)).without).toEqual([]);
  });
});
