import { expect, test } from 'vitest';
import { behind } from '../fixtures/notify-machine.ts';
import { startNotify, step, wakeAt } from './machine.ts';
import type { NotifyEvent } from './state.ts';

/** Behind, with its NOTIFY acknowledged by a target that is expected to have it in `wait` ms. */
function amongMany(wait: number) {
  const bench = behind();
  bench.on({ kind: 'notify-acknowledged', serial: 2, wait }, 1);
  return { ...bench, since: bench.now() };
}

test('the target has many to load: asked when it can be expected to be there, then at a third of its wait again and again', () => {
  const { on, state, now, since } = amongMany(3_000);
  const asked: number[] = [];
  for (let i = 0; i < 4; i++) {
    while (!on({ kind: 'tick' }, wakeAt(state())! - now()).includes('probe'));
    asked.push(Math.round(now() - since));
    on({ kind: 'probe-answered', serial: 1 });
  }
  expect(asked).toEqual([3_000, 4_000, 5_333, 7_111]);
});

test('nor is the NOTIFY repeated before that', () => {
  const { on, state, now, since } = amongMany(3_000);
  expect(state().notifyAt! - since).toBe(6_000);
  while (!on({ kind: 'tick' }, wakeAt(state())! - now()).includes('notify')) on({ kind: 'probe-answered', serial: 1 });
  expect(now() - since).toBeGreaterThanOrEqual(6_000);
  // Told once more, it has not lost its place in the line.
  const { probeAt } = state();
  on({ kind: 'notify-acknowledged', serial: 2, wait: 10_000 }, 1);
  expect(state().probeAt).toBe(probeAt);
});

test('no wait for a NOTIFY is longer than 30 s', () => {
  const { state, since } = amongMany(29_000);
  expect(state().notifyAt! - since).toBe(30_000);
});

test('it is found to be slower: asked later, as long as it was not asked yet', () => {
  const { on, state, now } = amongMany(100);
  expect(on({ kind: 'tick', wait: 200 }, 100)).toEqual([]);
  expect(state().probeAt! - now()).toBe(200);
  expect(on({ kind: 'tick', wait: 1 }, 200)).toEqual(['probe']);
  on({ kind: 'probe-answered', serial: 1 });
  expect(on({ kind: 'tick', wait: 5_000 }, 100)).toEqual(['probe']);
});

test('it has fetched the zone: asked soon, a fifth of its wait later', () => {
  const { on, state, now } = amongMany(20_000);
  on({ kind: 'fetched', serial: 1 }, 1_000);
  expect(state().probeAt! - now()).toBe(19_000);
  on({ kind: 'fetched', serial: 2 });
  expect(state().probeAt! - now()).toBe(200);
  expect(on({ kind: 'tick', wait: 5_000 }, 200)).toEqual(['probe']);
  expect(on({ kind: 'probe-answered', serial: 2 }, 1)).toEqual(['confirmed']);
  expect(state()).toMatchObject({ phase: 'in-sync', amongManySince: undefined, fetchedAt: undefined });
});

test('a single change: neither a transfer nor a moment to wait alters the quick schedule', () => {
  const { on, state, now, since } = amongMany(3);
  const asked: number[] = [];
  for (let i = 0; i < 6; i++) {
    on({ kind: 'fetched', serial: 2 });
    expect(on({ kind: 'tick' }, wakeAt(state())! - now())).toEqual(['probe']);
    asked.push(now() - since);
    on({ kind: 'probe-answered', serial: 1 });
  }
  expect(asked).toEqual([3, 5, 7, 9, 12, 16]);
});

test('fetched without a NOTIFY that arrived: seen at once, not when the slow schedule says so', () => {
  let now = 1_000_000;
  let { state } = startNotify(1, 1, 0.5, now);
  const on = (event: NotifyEvent, after: number) => {
    now += after;
    state = step(state, event, now).state;
  };
  on({ kind: 'probe-failed', cause: 'refused', reason: 'SERVFAIL' }, 1);
  on({ kind: 'notify-failed', serial: 1, cause: 'refused', reason: 'REFUSED' }, 1);
  expect(state.probeAt! - now).toBeGreaterThan(900);
  on({ kind: 'fetched', serial: 1 }, 20);
  expect(state.probeAt! - now).toBeLessThan(10);
});

test('a newer version while it waits: it is alone until its NOTIFY is acknowledged', () => {
  const { on, state } = amongMany(20_000);
  on({ kind: 'commit', serial: 3 }, 10);
  expect(state().amongManySince).toBeUndefined();
  on({ kind: 'notify-acknowledged', serial: 3, wait: 0 }, 1);
  expect(wakeAt(state())).toBe(state().probeAt);
});

test('none of its many zones is there yet: it is let load them by itself for 5 s at most, then told', () => {
  let now = 1_000_000;
  let { state } = startNotify(1, 1, 0.5, now);
  const on = (event: NotifyEvent, after: number) => {
    now += after;
    const next = step(state, event, now);
    state = next.state;
    return next.effects.map(({ kind }) => kind);
  };
  expect(on({ kind: 'probe-failed', cause: 'refused', reason: 'SERVFAIL', wait: 4_000 }, 1)).toEqual([]);
  expect(on({ kind: 'tick', wait: 3_000 }, 4_000)).toEqual([]);
  expect(on({ kind: 'tick', wait: 3_000 }, 1_000)).toEqual(['notify']);
  expect(state.probeAt! - now).toBe(3_000);
});

test('one zone alone is not there: told at once', () => {
  const { state } = startNotify(1, 1, 0.5, 1_000);
  const told = step(state, { kind: 'probe-failed', cause: 'refused', reason: 'SERVFAIL', wait: 0 }, 1_001);
  expect(told.effects.map(({ kind }) => kind)).toEqual(['notify']);
});
