import type { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { HOUR, Site } from './fixtures/site.ts';
import { HeapSchedule } from './schedule/heap.ts';

/** As with Redis, or thousands of zones: the first round comes some time after the start. */
function slowToStart(clock: FakeClock): HeapSchedule {
  const schedule = new HeapSchedule({ clock });
  const { set } = schedule;
  schedule.set = (zone, at, reason) => set.call(schedule, zone, Math.max(at, clock.now() + 20_000), reason);
  return schedule;
}

test('a clock set back between a start and the first round: what is fetched then expires in time (RFC 1035 3.3.13)', async () => {
  const timers = { refresh: 300, retry: 60, expire: 1_800 };
  const site = await Site.start({ timers, schedule: slowToStart });
  await site.clock.advance(5_000);
  site.clock.jump(-24 * HOUR);
  await site.clock.advanceUntil(() => site.servedSerial === 1, HOUR);
  expect(site.status.expireAt! - site.clock.now()).toBeLessThanOrEqual(1_800_000);
  site.network.faults({ host: '192.0.2.1', port: 53 }, { down: true });
  await site.clock.advance(HOUR);
  expect(site.servedSerial).toBeUndefined();
  const stopped = site.secondary.stop();
  await site.clock.advance(60_000);
  await stopped;
});
