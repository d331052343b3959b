import type { ZoneStatus } from '@zonewire/nameserver';
import { expect, it } from 'vitest';
import { glanceOf } from '../fixtures/fake-node.ts';
import { inTurns } from '../in-turns.ts';
import { exposition } from './exposition.ts';
import { MAX_OWN, OwnSamples, type ZoneMetrics } from './own-samples.ts';
import { zoneMetrics } from './zones.ts';

const ZONES = ['a.test.', 'b.test.', 'c.test.'].map(
  (zone): ZoneStatus => ({ zone, role: 'secondary', state: 'serving', served: { serial: 8, at: 0 }, expireAt: 5_000 }),
);
const GLANCES = ZONES.map((zone) => ({ ...glanceOf(zone), expire: zone.zone === 'b.test.' ? undefined : 604_800 }));

async function lines(
  maxZones?: number,
  healthOf: Parameters<typeof zoneMetrics>[1] = () => undefined,
  chosen?: ZoneMetrics,
) {
  const samples = new OwnSamples(chosen, GLANCES.length, maxZones);
  const text = [...exposition(await inTurns(zoneMetrics(GLANCES, healthOf, samples)))];
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

it('more zones than the limit: those that are not well have samples, the others are counted, and in the totals', async () => {
  const some = await lines(2, (zone) => (zone === 'c.test.' ? 'expiring' : 'in-sync'));
  expect(some).toContain('zonewire_zones{role="secondary",state="serving"} 3');
  expect(some).toContain('zonewire_zones_health{state="in-sync"} 2');
  expect(some.filter((line) => /^zonewire_zone_/.test(line))).toEqual([
    'zonewire_zone_serial{zone="c.test."} 8',
    'zonewire_zone_expire_time_seconds{zone="c.test."} 5',
    'zonewire_zone_expire_interval_seconds{zone="c.test."} 604800',
    'zonewire_zone_health{zone="c.test.",state="expiring"} 1',
  ]);
  expect(some).toContain('zonewire_zones_left_out 2');
});

it.each([
  ['full', ['a.test.', 'b.test.', 'c.test.'], 0],
  ['terse', ['b.test.'], 1],
  ['none', [], 0],
] as const)(
  'zone-metrics: %s, whatever the number; left out is only what was to be shown',
  async (chosen, shown, leftOut) => {
    const some = await lines(1, (zone) => (zone === 'a.test.' ? 'in-sync' : 'expiring'), chosen);
    const zones = some.flatMap((line) => /^zonewire_zone_serial\{zone="(.*)"\}/.exec(line)?.[1] ?? []);
    expect(zones).toEqual(shown);
    expect(some).toContain(`zonewire_zones_left_out ${leftOut}`);
    expect(some).toContain('zonewire_zones_health{state="expiring"} 2');
  },
);

it('a zone whose file is broken, or that is not served, has something to say', async () => {
  const zones = [{ ...GLANCES[0], hasFailed: true }, { ...GLANCES[1], state: 'expired' as const }, GLANCES[2]];
  const samples = new OwnSamples('terse', 3);
  const text = [...exposition(await inTurns(zoneMetrics(zones, () => undefined, samples)))].join('');
  expect(text.match(/zone_serial\{zone="(.*)"\}/g)).toEqual([
    'zone_serial{zone="a.test."}',
    'zone_serial{zone="b.test."}',
  ]);
});

it('the limit is 10,000', () => {
  expect(MAX_OWN).toBe(10_000);
});
