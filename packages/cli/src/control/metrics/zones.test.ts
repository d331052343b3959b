import type { ZoneStatus } from '@zonewire/nameserver';
import { expect, it } from 'vitest';
import { glanceOf } from '../fixtures/fake-node.ts';
import { inTurns } from '../in-turns.ts';
import { exposition } from './exposition.ts';
import { MAX_ZONES, zoneMetrics } from './zones.ts';

const ZONES = ['a.test.', 'b.test.', 'c.test.'].map(
  (zone): ZoneStatus => ({ zone, role: 'secondary', state: 'serving', served: { serial: 8, at: 0 }, expireAt: 5_000 }),
);
const GLANCES = ZONES.map((zone) => ({ ...glanceOf(zone), expire: zone.zone === 'b.test.' ? undefined : 604_800 }));

async function lines(maxZones?: number, healthOf: Parameters<typeof zoneMetrics>[1] = () => undefined) {
  const text = [...exposition(await inTurns(zoneMetrics(GLANCES, healthOf, maxZones)))];
  return text
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('zonewire_'));
}

it('serial, expiry, and the interval it is to be seen against', async () => {
  expect((await lines()).filter((line) => /a\.test|b\.test/.test(line))).toEqual([
    'zonewire_zone_serial{zone="a.test."} 8',
    'zonewire_zone_serial{zone="b.test."} 8',
    'zonewire_zone_expire_time_seconds{zone="a.test."} 5',
    'zonewire_zone_expire_time_seconds{zone="b.test."} 5',
    'zonewire_zone_expire_interval_seconds{zone="a.test."} 604800',
  ]);
});

it('health of zones that the node is secondary for: those not in sync by name, all by number', async () => {
  const all = await lines(undefined, (zone) => (zone === 'a.test.' ? 'in-sync' : 'expiring'));
  expect(all.filter((line) => /^zonewire_zones?_health/.test(line))).toEqual([
    'zonewire_zone_health{zone="b.test.",state="expiring"} 1',
    'zonewire_zone_health{zone="c.test.",state="expiring"} 1',
    'zonewire_zones_health{state="in-sync"} 1',
    'zonewire_zones_health{state="expiring"} 2',
  ]);
});

it('a limit of zones: the others are counted, and in the totals', async () => {
  const some = await lines(1);
  expect(some).toContain('zonewire_zones{role="secondary",state="serving"} 3');
  expect(some.filter((line) => line.startsWith('zonewire_zone_serial'))).toHaveLength(1);
  expect(some).toContain('zonewire_zones_left_out 2');
  expect(MAX_ZONES).toBe(20_000);
});
