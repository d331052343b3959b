import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { eventually, RedisServer } from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { BullmqSchedule } from './bullmq-schedule.ts';
import { jobId } from './job.ts';
import type { TakeOver } from './take-over.ts';

const ZONES = Array.from({ length: 40 }, (_, i) => `zone${i}.test.`);
/** Every zone's round is due again so long after the last one. */
const PERIOD = 300;

let redis: RedisServer;
const schedules: BullmqSchedule[] = [];

afterEach(async () => {
  await Promise.all(schedules.splice(0).map((schedule) => schedule.close()));
  await redis?.remove();
});

type Node = ReturnType<typeof node>;

/** A node whose zones refresh every {@link PERIOD}; counts the rounds of each. */
function node(takeOver: TakeOver = { timer: 1_000, timerLeast: 300, change: 250 }) {
  const schedule = new BullmqSchedule({
    url: redis.url,
    site: 'fra',
    clock: systemClock,
    log: silentLog,
    takeOver,
  });
  schedules.push(schedule);
  const rounds = new Map(ZONES.map((zone) => [zone, 0]));
  /** What Redis was thought to be when a change was begun. */
  const changes: string[] = [];
  let overlap = false;
  const running = new Set<string>();
  schedule.start(async (zone, reason) => {
    if (running.has(zone)) overlap = true;
    running.add(zone);
    if (reason === 'notify') changes.push(schedule.redis);
    rounds.set(zone, rounds.get(zone)! + 1);
    await sleep(1);
    schedule.set(zone, Date.now() + PERIOD, 'refresh');
    running.delete(zone);
  });
  for (const [i, zone] of ZONES.entries()) schedule.set(zone, Date.now() + (i * PERIOD) / ZONES.length, 'refresh');
  const total = () => [...rounds.values()].reduce((a, b) => a + b, 0);
  return { schedule, rounds, changes, total, overlapped: () => overlap };
}

/**
 * Until the zones had `turns` rounds each on average. Rounds measure the time here, which a busy machine stretches for all zones alike:
 * a zone that fell out has none while the others have theirs. Those with less than a quarter of the average are told.
 */
async function turns({ rounds, total }: Node, turns = 8) {
  const [before, first, began] = [new Map(rounds), total(), Date.now()];
  await eventually(`${turns} rounds a zone`, () => total() - first >= turns * ZONES.length, 60_000);
  return {
    rounds: total() - first,
    ms: Date.now() - began,
    leftOut: ZONES.filter((zone) => rounds.get(zone)! - before.get(zone)! < turns / 4),
  };
}

async function everyZoneHadOne({ rounds }: Node): Promise<void> {
  const before = new Map(rounds);
  const all = () => ZONES.every((zone) => rounds.get(zone)! > before.get(zone)!);
  await eventually('a round of every zone', all, 20_000);
}

/** At one moment: entries in BullMQ's lists, and zones that stand in exactly one of these (among the active: with a lock). */
const COUNT = `
  local prefix = KEYS[1]
  local entries, once = 0, 0
  for _, list in ipairs({'wait', 'active'}) do entries = entries + redis.call('llen', prefix .. list) end
  for _, set in ipairs({'delayed', 'prioritized'}) do entries = entries + redis.call('zcard', prefix .. set) end
  for _, id in ipairs(ARGV) do
    local places = 0
    if redis.call('lpos', prefix .. 'wait', id) then places = places + 1 end
    local lock = redis.call('get', prefix .. id .. ':lock')
    if lock and not string.find(lock, 'dropped') and redis.call('lpos', prefix .. 'active', id) then places = places + 1 end
    for _, set in ipairs({'delayed', 'prioritized'}) do if redis.call('zscore', prefix .. set, id) then places = places + 1 end end
    if places == 1 and redis.call('exists', prefix .. id) == 1 then once = once + 1 end
  end
  return entries .. ' entries, ' .. once .. ' zones once'`;

async function oneJobAZone(): Promise<void> {
  const count = () => redis.command('eval', COUNT, '1', 'zonewire:{fra}:refresh:', ...ZONES.map(jobId));
  const expected = `${ZONES.length} entries, ${ZONES.length} zones once`;
  await eventually(expected, async () => (await count()) === expected, 30_000);
}

describe('losing Redis', { timeout: 120_000 }, () => {
  test('at rest Redis hands out every round: one job a zone, none taken over', async () => {
    redis = await RedisServer.start();
    const here = node({ timer: 60_000, timerLeast: 60_000, change: 60_000 });
    await everyZoneHadOne(here);
    expect((await turns(here)).leftOut).toEqual([]);
    expect(here.schedule.counters).toMatchObject({ takenOver: 0, failed: 0, lost: 0, refused: 0 });
    await oneJobAZone();
    expect(here.overlapped()).toBe(false);
  });

  test('killed: rounds go on; restarted empty: exactly one job a zone again, and no storm', async () => {
    redis = await RedisServer.start();
    const here = node();
    await everyZoneHadOne(here);
    await redis.stop('SIGKILL');
    await eventually('Redis lost', () => here.schedule.redis === 'lost');
    expect((await turns(here)).leftOut).toEqual([]);
    await redis.run({ empty: true });
    await eventually('Redis found', () => here.schedule.redis === 'answers');
    const back = await turns(here);
    expect(back.leftOut).toEqual([]);
    // At PERIOD plus what a round takes, nothing runs oftener than planned.
    expect(back.rounds).toBeLessThanOrEqual(ZONES.length * (Math.ceil(back.ms / PERIOD) + 1));
    await oneJobAZone();
    expect(here.overlapped()).toBe(false);
  });

  test('paused with open connections: a change does not wait until it is noticed, then rounds go on here; resumed: one job a zone', async () => {
    redis = await RedisServer.start();
    // A change waits twice 20 ms; a silent Redis is noticed after 1,000 to 2,000.
    const here = node({ timer: 1_000, timerLeast: 300, change: 20 });
    await everyZoneHadOne(here);
    redis.pause();
    here.changes.length = 0;
    here.schedule.promote(ZONES[7], 'notify');
    await eventually('the change', () => here.changes.length > 0, 10_000, 5);
    expect(here.changes).toEqual(['answers']);
    await eventually('Redis lost', () => here.schedule.redis === 'lost');
    expect((await turns(here)).leftOut).toEqual([]);
    redis.resume();
    await eventually('Redis found', () => here.schedule.redis === 'answers');
    expect((await turns(here)).leftOut).toEqual([]);
    await oneJobAZone();
    expect(here.overlapped()).toBe(false);
  });

  test('emptied under our feet (FLUSHALL): the watch takes over and every zone has its job again', async () => {
    redis = await RedisServer.start();
    const here = node();
    await everyZoneHadOne(here);
    await redis.command('flushall');
    expect((await turns(here)).leftOut).toEqual([]);
    expect(here.schedule.counters.takenOver).toBeGreaterThan(0);
    await oneJobAZone();
  });

  test('full (noeviction): lost as one that is gone, though it answers; room again: one job a zone', async () => {
    redis = await RedisServer.start();
    const here = node();
    await everyZoneHadOne(here);
    await redis.command('config', 'set', 'maxmemory', '1');
    await eventually('Redis lost', () => here.schedule.redis === 'lost');
    expect(here.schedule.redisTrouble).toMatch(/OOM/);
    expect((await turns(here)).leftOut).toEqual([]);
    await redis.command('config', 'set', 'maxmemory', '0');
    await eventually('Redis found', () => here.schedule.redis === 'answers');
    expect((await turns(here)).leftOut).toEqual([]);
    await oneJobAZone();
    expect(here.overlapped()).toBe(false);
  });

  test.each([
    ['in none of its lists', []],
    ['among the active, locked by nobody', ['active']],
    ['among the active, locked by this node', ['active', 'lock']],
  ])('a job that BullMQ dropped half-way (%s) is done by the watch and made anew', async (_, traces) => {
    redis = await RedisServer.start();
    const here = node();
    await everyZoneHadOne(here);
    const key = (name: string) => `zonewire:{fra}:refresh:${name}`;
    const self = /alive:(.*)/.exec(await redis.command('--scan', '--pattern', 'zonewire:{fra}:alive:*'))![1];
    const dropped = ZONES.slice(0, 20).map(jobId);
    let caught = 0;
    for (const id of dropped) {
      if ((await redis.command('zrem', key('delayed'), id)) !== '1') continue;
      caught++;
      if (traces.includes('active')) await redis.command('lpush', key('active'), id);
      if (traces.includes('lock')) await redis.command('set', key(`${id}:lock`), `${self}:dropped`, 'px', '30000');
    }
    expect(caught).toBeGreaterThan(0);
    expect((await turns(here)).leftOut).toEqual([]);
    expect(here.schedule.counters.takenOver).toBeGreaterThanOrEqual(caught);
    await oneJobAZone();
    expect((await turns(here, 2)).rounds).toBeGreaterThan(0);
    expect(here.overlapped()).toBe(false);
  });

  test('absent at start: rounds run without it', async () => {
    redis = await RedisServer.start();
    await redis.stop();
    const here = node();
    await everyZoneHadOne(here);
    expect(here.schedule.redis).toBe('lost');
    expect((await turns(here)).leftOut).toEqual([]);
  });
});
