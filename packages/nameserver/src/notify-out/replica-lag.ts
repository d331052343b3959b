import type { ReplicaLag } from '../status.ts';
import type { CommitHistory } from './commit-history.ts';
import type { NotifyState } from './machine.ts';
import { addressText, type Remote } from './remote.ts';
import { SILENT_IS_UNREACHABLE } from './timing.ts';

/** The operator's view of one target. `now` in ms since the epoch. */
export function replicaLag(remote: Remote, state: NotifyState, history: CommitHistory, now: number): ReplicaLag {
  return {
    id: remote.id,
    address: addressText(remote.addresses[state.address]),
    state: replicaState(state),
    attempts: state.attempts,
    ...(state.notifyAt === undefined ? {} : { notifyAt: state.notifyAt }),
    serial: state.seen?.serial,
    acknowledgedAt: state.acknowledgedAt,
    lastError: state.lastError,
    ...(state.phase === 'in-sync' ? whenInSync(state, history) : whenBehind(state, history, now)),
  };
}

/** The numbers of {@link ReplicaLag}; NaN: not known. One object serves for many targets, so that looking at 100,000 allocates nothing. */
export interface LagFigures {
  state: ReplicaLag['state'];
  servedAt: number;
  lagMs: number;
  serialsBehind: number;
}

export function noFigures(): LagFigures {
  return { state: 'unknown', servedAt: Number.NaN, lagMs: Number.NaN, serialsBehind: Number.NaN };
}

/** {@link replicaLag} in numbers, written into `figures`. */
export function lagFigures(figures: LagFigures, state: NotifyState, history: CommitHistory, now: number): void {
  figures.state = replicaState(state);
  figures.servedAt = figures.lagMs = figures.serialsBehind = Number.NaN;
  if (state.phase === 'in-sync') {
    figures.servedAt = state.seen?.at ?? Number.NaN;
    figures.lagMs = lagBetween(history.committedAt(state.serial), state.seen?.at) ?? Number.NaN;
    figures.serialsBehind = 0;
  } else if (state.phase === 'behind' && state.seen !== undefined) {
    const missing = history.since(state.seen.serial);
    figures.lagMs = lagBetween(missing?.oldestAt, now) ?? Number.NaN;
    figures.serialsBehind = missing?.count ?? Number.NaN;
  }
}

function replicaState(state: NotifyState): ReplicaLag['state'] {
  if (state.silent >= SILENT_IS_UNREACHABLE) return 'unreachable';
  if (state.phase === 'in-sync') return 'in-sync';
  // Ahead of us is neither in sync nor behind; lastError says what it is.
  return state.phase === 'behind' && state.seen !== undefined ? 'behind' : 'unknown';
}

/** After a restart the commit of the served serial is not in the history: then there is no lag to speak of. */
function whenInSync(state: NotifyState, history: CommitHistory): Partial<ReplicaLag> {
  const servedAt = state.seen?.at;
  const committedAt = history.committedAt(state.serial);
  return { servedAt, committedAt, lagMs: lagBetween(committedAt, servedAt), serialsBehind: 0 };
}

function whenBehind(state: NotifyState, history: CommitHistory, now: number): Partial<ReplicaLag> {
  if (state.phase !== 'behind' || state.seen === undefined) return {};
  const missing = history.since(state.seen.serial);
  return {
    committedAt: missing?.oldestAt,
    lagMs: lagBetween(missing?.oldestAt, now),
    serialsBehind: missing?.count,
  };
}

/** Never negative: the clock may have been set back in between. */
export function lagBetween(committedAt: number | undefined, servedAt: number | undefined): number | undefined {
  return committedAt === undefined || servedAt === undefined ? undefined : Math.max(0, servedAt - committedAt);
}
