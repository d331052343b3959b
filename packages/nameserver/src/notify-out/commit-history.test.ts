import { expect, test } from 'vitest';
import { COMMIT_HISTORY_SIZE, CommitHistory } from './commit-history.ts';
import { startNotify, step } from './machine.ts';
import { replicaLag } from './replica-lag.ts';

const remote = { id: 'fra1', addresses: [{ host: '2001:db8::1', port: 53 }] };

test('commits are remembered up to the bound, oldest forgotten first', () => {
  const history = new CommitHistory();
  expect(history.since(5)).toBeUndefined();
  const last = COMMIT_HISTORY_SIZE + 10;
  for (let serial = 1; serial <= last; serial++) history.add(serial, serial * 100);
  expect(history.committedAt(10)).toBeUndefined();
  expect(history.committedAt(11)).toBe(1_100);
  expect(history.committedAt(last)).toBe(last * 100);
  expect(history.since(last)).toBeUndefined();
  expect(history.since(last - 3)).toEqual({ count: 3, oldestAt: (last - 2) * 100 });
  expect(history.since(2)).toEqual({ count: COMMIT_HISTORY_SIZE, oldestAt: 1_100 });
});

test('lag: in sync from commit to seen served, behind from the oldest commit it lacks until now', () => {
  const history = new CommitHistory();
  let { state } = startNotify(10, 1, 0, 1_000);
  expect(replicaLag(remote, state, history, 1_000)).toMatchObject({ state: 'unknown', address: '[2001:db8::1]:53' });
  ({ state } = step(state, { kind: 'probe-answered', serial: 10 }, 1_001));
  expect(replicaLag(remote, state, history, 1_001)).toMatchObject({ state: 'in-sync', serial: 10, serialsBehind: 0 });
  expect(replicaLag(remote, state, history, 1_001).lagMs).toBeUndefined();

  for (const [serial, at] of [
    [11, 2_000],
    [12, 2_010],
  ]) {
    history.add(serial, at);
    ({ state } = step(state, { kind: 'commit', serial }, at));
  }
  expect(replicaLag(remote, state, history, 2_500)).toMatchObject({
    state: 'behind',
    serial: 10,
    serialsBehind: 2,
    committedAt: 2_000,
    lagMs: 500,
    attempts: 0, // of serial 12: the NOTIFY of 11 is still under way
  });
  ({ state } = step(state, { kind: 'notify-acknowledged', serial: 11 }, 2_501));
  ({ state } = step(state, { kind: 'tick' }, 2_502));
  ({ state } = step(state, { kind: 'probe-answered', serial: 12 }, 2_503));
  expect(replicaLag(remote, state, history, 9_999)).toMatchObject({
    state: 'in-sync',
    serial: 12,
    servedAt: 2_503,
    committedAt: 2_010,
    lagMs: 493,
    acknowledgedAt: 2_501,
  });
});

test('two exchanges without any answer: unreachable, with the reason', () => {
  let { state } = startNotify(10, 1, 0, 1_000);
  ({ state } = step(state, { kind: 'probe-failed', cause: 'silence', reason: 'no answer in 2 s' }, 3_000));
  ({ state } = step(
    state,
    { kind: 'notify-failed', serial: 10, cause: 'silence', reason: 'no answer in 500 ms' },
    3_500,
  ));
  expect(replicaLag(remote, state, new CommitHistory(), 3_500)).toMatchObject({
    state: 'unreachable',
    lastError: 'no answer in 500 ms',
  });
});
