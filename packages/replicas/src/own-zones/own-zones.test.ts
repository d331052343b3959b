import { silentLog, type ZoneStatus } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { CROWD, LOOK, OwnZones } from './own-zones.ts';

const ZONE = 'example.test.';

/** A zone that is secondary here, with an EXPIRE of 1,000 s. */
function world(later?: (call: () => void) => void) {
  const clock = new FakeClock();
  const statuses = new Map<string, ZoneStatus>();
  const lookups: string[] = [];
  const own = new OwnZones({
    clock,
    log: silentLog,
    identity: 'fra1',
    later,
    status(zone) {
      lookups.push(zone);
      return statuses.get(zone);
    },
    expire: () => 1_000,
  });
  const told: string[] = [];
  const start = clock.now();
  own.events((event) => {
    if (event.kind !== 'health') return;
    told.push(
      `${Math.round((event.at - start) / 1000)} ${event.zone} ${event.secondary} ${event.from} > ${event.to.state}`,
    );
  });
  const is = (zone: string, more: Partial<ZoneStatus> = {}) => {
    const served = { serial: 7, at: start };
    statuses.set(zone, { zone, role: 'secondary', state: 'serving', served, expireAt: start + 1_000_000, ...more });
    own.look(zone);
  };
  return { clock, own, told, is, statuses, lookups, start };
}
const SILENCE = { lastError: { at: 0, code: 'timeout', message: 'no answer' } };

describe('the zones that a node is secondary for', () => {
  it('the countdown to an expiry is told at 50, 75 and 90 %, and the end of it, and that it is over', async () => {
    const { clock, own, told, is, start } = world();
    is(ZONE);
    own.configure([ZONE]);
    is(ZONE, SILENCE);
    await clock.advance(995_000);
    is(ZONE, { ...SILENCE, state: 'expired', served: undefined });
    await clock.advance(60_000);
    is(ZONE, { expireAt: start + 5_000_000 });
    expect(told).toEqual([
      `0 ${ZONE} fra1 unknown > in-sync`,
      `0 ${ZONE} fra1 in-sync > unreachable`,
      `500 ${ZONE} fra1 unreachable > expiring`,
      `750 ${ZONE} fra1 expiring > expiring`,
      `900 ${ZONE} fra1 expiring > expiring`,
      `995 ${ZONE} fra1 expiring > expired`,
      `1055 ${ZONE} fra1 expired > in-sync`,
    ]);
  });

  it('a NOTIFY whose serial does not come makes it behind after a second, without anything happening', async () => {
    const { clock, own, told, is, start } = world();
    is(ZONE);
    own.configure([ZONE]);
    is(ZONE, { notified: { serial: 8, at: start } });
    await clock.advance(900);
    expect(told).toHaveLength(1);
    await clock.advance(600);
    expect(told.at(-1)).toBe(`1 ${ZONE} fra1 in-sync > behind`);
  });

  it('zones that are about to be loaded are not judged yet', () => {
    const { own, is, lookups } = world();
    is('a.');
    own.configure(['a.', 'b.'], { isJudged: false });
    expect([own.counts.unknown, lookups]).toEqual([2, []]);
    own.configure(['a.', 'b.']);
    expect([own.counts, lookups]).toMatchObject([{ 'in-sync': 1, unknown: 1 }, ['a.', 'b.']]);
  });

  it('counts equal the states, whatever comes and goes', () => {
    const { own, is } = world();
    for (const zone of ['a.', 'b.', 'c.']) is(zone);
    own.configure(['a.', 'b.', 'c.']);
    is('a.', SILENCE);
    expect(own.counts).toMatchObject({ 'in-sync': 2, unreachable: 1, unknown: 0 });
    own.configure(['b.', 'd.']);
    expect(own.counts).toMatchObject({ 'in-sync': 1, unreachable: 0, unknown: 1 });
  });

  it('the view is of now: health and expiry; a zone that is none of these has none', () => {
    const { own, is, statuses, start } = world();
    is(ZONE);
    own.configure([ZONE]);
    statuses.set(ZONE, { ...statuses.get(ZONE)!, ...SILENCE });
    const view = own.view(statuses.get(ZONE)!);
    expect(view).toMatchObject({ health: { state: 'unreachable' }, expiry: { at: start + 1_000_000, fraction: 0 } });
    expect(own.view({ ...statuses.get(ZONE)!, zone: 'other.test.' })).toBeUndefined();
  });

  it('zones at rest are not looked at, and nothing goes on after the end', async () => {
    const { clock, own, is, lookups } = world();
    is(ZONE);
    own.configure([ZONE]);
    const before = lookups.length;
    await clock.advance(400_000);
    expect(lookups.length).toBe(before);
    is(ZONE, SILENCE);
    own.stop();
    expect(clock.pending).toBe(0);
    is(ZONE);
    expect(lookups.length).toBe(before + 1);
  });

  it('thousands at the same moment are judged some at a time, with turns for others in between', async () => {
    const calls: (() => void)[] = [];
    const { clock, own, is, lookups } = world((call) => calls.push(call));
    const zones = Array.from({ length: 1_001 }, (_, i) => `zone${i}.`);
    own.configure(zones);
    for (const zone of zones) is(zone);
    const goes: number[] = [];
    for (let judged = 0; judged < zones.length && goes.length < 1_000; judged = lookups.length) {
      for (const call of calls.splice(0)) call();
      await clock.advance(1);
      goes.push(lookups.length - judged);
    }
    expect(lookups).toEqual(zones);
    expect(Math.max(...goes)).toBe(CROWD.atOnce);
    expect(goes.length).toBeLessThan(10 * CROWD.between);
  });

  it('a look at ten thousand is made in several goes, and misses none whose time comes', async () => {
    const { clock, own, told, is, start } = world();
    const zones = Array.from({ length: 2 * LOOK.atOnce + 1 }, (_, i) => `zone${i}.`);
    own.configure(zones, { isJudged: false });
    for (const zone of zones) is(zone);
    await clock.advance(1_000);
    for (const zone of [zones[0], zones[LOOK.atOnce + 1], zones[2 * LOOK.atOnce]])
      is(zone, { notified: { serial: 8, at: clock.now() } });
    const before = told.length;
    await clock.advance(2_000);
    expect(told.slice(before).map((line) => line.split(' ').slice(1).join(' '))).toEqual(
      [0, LOOK.atOnce + 1, 2 * LOOK.atOnce].map((i) => `zone${i}. fra1 in-sync > behind`),
    );
    expect(clock.now() - start).toBe(3_000);
    own.stop();
    expect(clock.pending).toBe(0);
  });

  it('of thousands each is judged once in a while, whatever happens to it; one by itself soon', async () => {
    const calls: (() => void)[] = [];
    const { clock, own, is, lookups } = world((call) => calls.push(call));
    const goOn = () => {
      for (const call of calls.splice(0)) call();
    };
    const zones = Array.from({ length: 8 }, (_, i) => `z${i}.`);
    own.configure(zones);
    goOn();
    for (let round = 0; round < 3; round++) {
      for (const zone of zones) is(zone);
      goOn();
    }
    expect(lookups).toHaveLength(8);
    await clock.advance(250);
    expect(lookups).toHaveLength(16);
    expect(own.counts['in-sync']).toBe(8);
    await clock.advance(250);
    is('z1.', SILENCE);
    goOn();
    expect(lookups).toHaveLength(17);
    expect(own.counts.unreachable).toBe(1);
    for (const zone of zones) is(zone);
    goOn();
    own.stop();
    expect(clock.pending).toBe(0);
  });
});
