import { expect, test } from 'vitest';
import { behind } from '../fixtures/notify-machine.ts';
import { wakeAt } from './machine.ts';

test('a NOTIFY that had to wait for its turn: the next one counts from its leaving, and it says the newest serial', () => {
  const { on, state, now } = behind();
  expect(on({ kind: 'commit', serial: 3 }, 20_000)).toEqual([]);
  expect(on({ kind: 'notify-leaves' }, 20_000)).toEqual([]);
  expect(state()).toMatchObject({ notifying: 3, attempts: 1, notifyAt: now() + 500 });
  expect(on({ kind: 'notify-acknowledged', serial: 3 }, 5)).toEqual([]);
  expect(state()).toMatchObject({ notifying: undefined, serial: 3 });
});

test('the remote is found to be dead by others: unreachable, with the reason, and nothing is sent for it', () => {
  const { on, state } = behind();
  expect(on({ kind: 'unreachable', reason: 'no answer to others' })).toEqual([]);
  expect(state()).toMatchObject({ silent: 2, lastError: 'no answer to others' });
});

test('the remote answers others again: what waits for its time is due, once, unless it has answered this zone already', () => {
  const { on, state, now } = behind();
  on({ kind: 'notify-failed', serial: 2, cause: 'silence', reason: 'no answer' }, 100);
  expect(wakeAt(state())).toBeGreaterThan(now());
  expect(on({ kind: 'reachable' }, 10)).toEqual(['notify']);
  expect(on({ kind: 'reachable' }, 1)).toEqual([]);
  on({ kind: 'notify-acknowledged', serial: 2 }, 1);
  expect(on({ kind: 'reachable' }, 1)).toEqual([]);
  on({ kind: 'probe-answered', serial: 2 }, 10);
  expect(on({ kind: 'reachable' }, 1)).toEqual([]);
  on({ kind: 'unreachable', reason: 'no answer to others' }, 10);
  expect(on({ kind: 'reachable' }, 10)).toEqual(['probe']);
});
