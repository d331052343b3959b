import { expect, it } from 'vitest';
import { CommitHistory } from './commit-history.ts';
import { lagFigures, noFigures, replicaLag } from './replica-lag.ts';
import type { NotifyState } from './state.ts';

const remote = { id: 'fra1', addresses: [{ host: '192.0.2.1', port: 53 }] };
const base = {
  serial: 43,
  nodes: [],
  address: 0,
  addresses: 1,
  spread: 0,
  attempts: 0,
  probing: false,
  probeStep: 0,
  silent: 0,
} as const;
const history = new CommitHistory();
for (const serial of [41, 42, 43]) history.add(serial, serial * 1_000);

const STATES: [string, Partial<NotifyState> & Pick<NotifyState, 'phase'>][] = [
  ['not asked yet', { phase: 'unknown' }],
  ['in sync', { phase: 'in-sync', seen: { serial: 43, at: 43_012 } }],
  ['in sync, committed before the start', { phase: 'in-sync', serial: 7, seen: { serial: 7, at: 9 } }],
  ['in sync, and silent since', { phase: 'in-sync', silent: 9, seen: { serial: 43, at: 43_012 } }],
  ['two behind', { phase: 'behind', seen: { serial: 41, at: 41_005 } }],
  ['behind, older than the history', { phase: 'behind', seen: { serial: 3, at: 5 } }],
  ['behind, silent', { phase: 'behind', silent: 9, seen: { serial: 42, at: 42_005 } }],
  ['behind, never seen', { phase: 'behind' }],
  ['ahead', { phase: 'ahead', seen: { serial: 99, at: 5 } }],
];

it.each(STATES)('the numbers are those of the whole view: %s', (_, more) => {
  const figures = { ...noFigures(), servedAt: 1, committedAt: 4, lagMs: 2, serialsBehind: 3 };
  const state = { ...base, ...more };
  const whole = replicaLag(remote, state, history, 50_000);
  lagFigures(figures, state, history, 50_000);
  const number = (value: number | undefined) => value ?? Number.NaN;
  expect(figures).toEqual({
    state: whole.state,
    servedAt: number(whole.servedAt),
    committedAt: number(whole.committedAt),
    lagMs: number(whole.lagMs),
    serialsBehind: number(whole.serialsBehind),
  });
});
