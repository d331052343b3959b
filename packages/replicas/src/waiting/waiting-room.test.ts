import { FakeClock, settle } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { Look, Standing } from './judge.ts';
import { DEFAULT_WAITING_LIMITS, type WaitingLimits, WaitingRoom, type WaitRequest } from './waiting-room.ts';

const ZONE = 'example.test.';

function world(limits: Partial<WaitingLimits> = {}) {
  const clock = new FakeClock();
  const serials = new Map<string, number>([
    ['fra1', 7],
    ['sin1', 7],
    ['iad1', 7],
  ]);
  let looks = 0;
  let known = true;
  const look = (): Look | undefined => {
    looks++;
    if (!known) return undefined;
    const standings = [...serials].map(
      ([secondary, serial]): Standing => ({
        secondary,
        address: `${secondary}:53`,
        serial,
        state: serial === 8 ? 'in-sync' : 'behind',
      }),
    );
    return { here: 8, standings };
  };
  const room = new WaitingRoom({ clock, look, limits });
  const wait = (more: Partial<WaitRequest> = {}) =>
    room.wait({ zone: ZONE, serial: 8, goal: 'all', timeout: 10_000, ...more });
  return {
    clock,
    room,
    wait,
    serials,
    looks: () => looks,
    forget: () => {
      known = false;
    },
    arrive(secondary: string) {
      serials.set(secondary, 8);
      room.changed(ZONE);
    },
  };
}

it('answers as soon as the last one has it, and leaves no timer behind', async () => {
  const { clock, room, wait, arrive } = world();
  const waiting = wait();
  for (const one of ['fra1', 'sin1', 'iad1']) {
    expect(room.size).toBe(1);
    arrive(one);
    await clock.advance(3);
  }
  expect(await waiting).toMatchObject({ state: 'done', answered: 3, needed: 3 });
  expect(clock.elapsed).toBe(9);
  expect([room.size, clock.pending]).toEqual([0, 0]);
  expect(room.counters).toMatchObject({ done: 1, timedOut: 0, gone: 0 });
});

it('a timeout of 0 is a look', async () => {
  const { room, wait, clock } = world();
  expect((await wait({ timeout: 0 })).state).toBe('timed-out');
  expect([room.counters.timedOut, clock.pending]).toEqual([0, 0]);
});

it('at once when it is there already', async () => {
  const { room, wait, arrive, serials } = world();
  for (const one of serials.keys()) arrive(one);
  expect((await wait()).state).toBe('done');
  expect(room.counters.done).toBe(1);
});

it('timed out: says who is missing', async () => {
  const { clock, room, wait, arrive } = world();
  const waiting = wait({ timeout: 5_000 });
  arrive('fra1');
  await clock.advance(4_999);
  expect(room.size).toBe(1);
  await clock.advance(1);
  const { state, secondaries } = await waiting;
  expect(state).toBe('timed-out');
  expect(secondaries.filter(({ answered }) => !answered).map(({ id, reason }) => [id, reason])).toEqual([
    ['sin1', 'it answers with serial 7.'],
    ['iad1', 'it answers with serial 7.'],
  ]);
  expect([room.counters.timedOut, clock.pending]).toEqual([1, 0]);
});

it('finds out without being told', async () => {
  const { clock, wait, serials } = world();
  const waiting = wait();
  for (const one of serials.keys()) serials.set(one, 8);
  await clock.advance(500);
  expect((await waiting).state).toBe('done');
});

it('comes back at progress for whoever shows it', async () => {
  const { clock, room, wait, arrive } = world();
  const first = wait({ moreThan: 0 });
  arrive('sin1');
  await clock.advance(2);
  expect(await first).toMatchObject({ state: 'pending', answered: 1 });
  const second = wait({ moreThan: 1 });
  await clock.advance(100);
  expect(room.size).toBe(1);
  arrive('fra1');
  await clock.advance(2);
  expect(await second).toMatchObject({ state: 'pending', answered: 2 });
  expect(await wait({ moreThan: 1 })).toMatchObject({ state: 'pending', answered: 2 });
  expect(room.counters.progressed).toBe(3);
});

it('ends with whoever asked', async () => {
  const { clock, room, wait } = world();
  const client = new AbortController();
  const waiting = wait({ signal: client.signal });
  await settle();
  client.abort();
  expect((await waiting).state).toBe('pending');
  expect([room.size, clock.pending, room.counters.gone]).toEqual([0, 0, 1]);
  expect((await wait({ signal: client.signal })).state).toBe('pending');
  expect([room.size, clock.pending]).toEqual([0, 0]);
});

it('a limit of waits: the next one is turned away and counted, and there is room when one ends', async () => {
  const { clock, room, wait } = world({ waits: 2 });
  const two = [wait({ timeout: 100 }), wait()];
  await expect(wait()).rejects.toMatchObject({ code: 'too-many-waits', zone: ZONE });
  expect(room.counters.refused).toBe(1);
  await clock.advance(100);
  const third = wait();
  await settle();
  expect(room.size).toBe(2);
  room.stop();
  for (const one of [...two, third]) await one;
  expect([room.size, clock.pending]).toEqual([0, 0]);
  expect(DEFAULT_WAITING_LIMITS.waits).toBe(1_000);
});

it('a limit of time: longer is answered then, and counted', async () => {
  const { clock, room, wait } = world({ timeout: 1_000 });
  const waiting = wait({ timeout: 86_400_000 });
  await clock.advance(1_000);
  expect((await waiting).state).toBe('timed-out');
  expect(room.counters.capped).toBe(1);
  expect(DEFAULT_WAITING_LIMITS.timeout).toBe(600_000);
});

it('a burst of events is one look for each who waits', async () => {
  const { clock, room, wait, looks } = world();
  const waiting = [wait(), wait()];
  await settle();
  const before = looks();
  for (let i = 0; i < 1_000; i++) room.changed(ZONE);
  await clock.advance(2);
  expect(looks() - before).toBe(2);
  room.changed('other.test.');
  expect(clock.pending).toBe(3);
  room.stop();
  await Promise.all(waiting);
});

it('says what cannot be waited for', async () => {
  const { clock, wait, serials, forget } = world();
  await expect(wait({ goal: 'gru1' })).rejects.toMatchObject({ code: 'secondary-unknown' });
  const removed = wait();
  const told = expect(removed).rejects.toMatchObject({ code: 'zone-unknown' });
  forget();
  await clock.advance(500);
  await told;
  await expect(wait()).rejects.toMatchObject({ code: 'zone-unknown' });
  const nobody = world();
  for (const one of serials.keys()) nobody.serials.delete(one);
  await expect(nobody.wait()).rejects.toMatchObject({ code: 'nobody-to-wait-for' });
});
