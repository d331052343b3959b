import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { HealthState } from '../model.ts';
import { ALERTS, type AlertKind } from './alert.ts';
import { Settling } from './settling.ts';

const ZONE = 'example.test.';
const MINUTE = 60_000;

function world({ on = ALERTS as readonly AlertKind[], maxTold }: { on?: readonly AlertKind[]; maxTold?: number } = {}) {
  const clock = new FakeClock(1_000_000);
  const told: string[] = [];
  const start = clock.now();
  const settling = new Settling({
    clock,
    on: new Set(on),
    hold: MINUTE,
    ...(maxTold === undefined ? {} : { maxTold }),
    tell: ({ event, secondary }) => told.push(`${(clock.now() - start) / 1000}s ${secondary} ${event}`),
  });
  const states = new Map<string, HealthState>();
  const health = (state: HealthState, secondary = 'fra1') => {
    const from = states.get(secondary) ?? 'unknown';
    states.set(secondary, state);
    const to = { state, since: clock.now(), reason: `it is ${state}`, next: 'look' };
    settling.health({ kind: 'health', zone: ZONE, secondary, at: clock.now(), from, to, serial: 8 });
  };
  return { clock, settling, told, health };
}

it('behind is told when it has lasted, recovered when that has', async () => {
  const { clock, told, health, settling } = world();
  health('in-sync');
  health('behind');
  await clock.advance(MINUTE - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['60s fra1 behind']);
  health('in-sync');
  await clock.advance(MINUTE);
  expect(told).toEqual(['60s fra1 behind', '120s fra1 recovered']);
  expect([settling.sizes, clock.pending]).toEqual([{ told: 0, pending: 0 }, 0]);
});

it('every change makes a secondary behind for a moment: nobody is told', async () => {
  const { clock, told, health } = world();
  for (let i = 0; i < 500; i++) {
    health('behind');
    await clock.advance(1_000);
    health('in-sync');
    await clock.advance(1_000);
  }
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('one that comes and goes is told once, and recovers once', async () => {
  const { clock, told, health } = world();
  health('unreachable');
  await clock.advance(MINUTE);
  for (let i = 0; i < 20; i++) {
    health('in-sync');
    await clock.advance(5_000);
    health('unreachable');
    await clock.advance(70_000);
  }
  health('in-sync');
  await clock.advance(MINUTE);
  expect(told.map((line) => line.split(' ')[2])).toEqual(['unreachable', 'recovered']);
});

it.each(['expiring', 'expired', 'diverged'] as const)('%s is told at once', (state) => {
  const { told, health, clock } = world();
  health(state);
  expect(told).toEqual([`0s fra1 ${state}`]);
  expect(clock.pending).toBe(0);
});

it('expiring is told again at each of its degrees, and only then', () => {
  const { told, health } = world();
  for (const _ of [50, 75, 90]) health('expiring');
  health('expired');
  expect(told.map((line) => line.split(' ')[2])).toEqual(['expiring', 'expiring', 'expiring', 'expired']);
});

it('from one bad state to another: the other is told when it lasts, without a recovery in between', async () => {
  const { clock, told, health } = world();
  health('behind');
  await clock.advance(MINUTE);
  health('unreachable');
  await clock.advance(30_000);
  health('behind');
  await clock.advance(10 * MINUTE);
  health('refusing');
  await clock.advance(MINUTE);
  expect(told.map((line) => line.split(' ')[2])).toEqual(['behind', 'refusing']);
});

it('only what is wanted: neither told nor recovered from', async () => {
  const { clock, told, health } = world({ on: ['expired', 'recovered'] });
  for (const state of ['behind', 'unreachable', 'in-sync'] as const) {
    health(state);
    await clock.advance(2 * MINUTE);
  }
  expect(told).toEqual([]);
  health('expired');
  health('in-sync');
  await clock.advance(MINUTE);
  expect(told.map((line) => line.split(' ')[2])).toEqual(['expired', 'recovered']);
});

it('without recovered: the next time it is told again', async () => {
  const { clock, told, health } = world({ on: ['behind'] });
  for (const state of ['behind', 'in-sync', 'behind'] as const) {
    health(state);
    await clock.advance(MINUTE);
  }
  expect(told).toEqual(['60s fra1 behind', '180s fra1 behind']);
});

it('nothing is known any more: what was about to be told is not', async () => {
  const { clock, told, health } = world();
  health('behind');
  health('unknown');
  await clock.advance(5 * MINUTE);
  expect(told).toEqual([]);
});

it('many at different times: each after its own minute, by one timer', async () => {
  const { clock, told, health } = world();
  for (const secondary of ['a', 'b', 'c']) {
    health('behind', secondary);
    await clock.advance(20_000);
  }
  health('in-sync', 'a');
  expect(clock.pending).toBe(1);
  await clock.advance(10 * MINUTE);
  expect(told).toEqual(['60s a behind', '80s b behind', '100s c behind', '120s a recovered']);
});

it('a clock that is set back delays nothing beyond the hold', async () => {
  const { clock, told, health } = world();
  health('behind');
  clock.jump(-86_400_000);
  await clock.advance(MINUTE);
  expect(told).toHaveLength(1);
});

it('a limit of what is remembered: beyond it alerts have no recovery', async () => {
  const { clock, told, health, settling } = world({ maxTold: 1 });
  for (const secondary of ['a', 'b']) health('expired', secondary);
  expect(settling.sizes.told).toBe(1);
  for (const secondary of ['a', 'b']) health('in-sync', secondary);
  await clock.advance(MINUTE);
  expect(told.filter((line) => line.includes('recovered'))).toEqual(['60s a recovered']);
});
