import type { ReplicaLag } from '../status.ts';
import type { CommitHistory } from './commit-history.ts';
import { addressText, type Remote } from './remote.ts';
import type { NotifyState } from './state.ts';
import { SILENT_IS_UNREACHABLE } from './timing.ts';

/** The operator's view of one target. `now` in ms since the epoch. */
export function replicaLag(remote: Remote, state: NotifyState, history: CommitHistory, now: number): ReplicaLag {
  const figures = noFigures();
  lagFigures(figures, state, history, now);
  return {
    id: remote.id,
    address: addressText(remote.addresses[state.address]),
    state: figures.state,
    attempts: state.attempts,
    ...(state.notifyAt === undefined ? {} : { notifyAt: state.notifyAt }),
    serial: state.seen?.serial,
    acknowledgedAt: state.acknowledgedAt,
    lastError: state.lastError,
    servedAt: known(figures.servedAt),
    committedAt: known(figures.committedAt),
    lagMs: known(figures.lagMs),
    serialsBehind: known(figures.serialsBehind),
  };
}

/** The numbers of {@link ReplicaLag}; NaN: not known. One object serves for many targets, so that looking at 100,000 allocates nothing. */
export interface LagFigures {
  state: ReplicaLag['state'];
  servedAt: number;
  committedAt: number;
  lagMs: number;
  serialsBehind: number;
}

export function noFigures(): LagFigures {
  const none = Number.NaN;
  return { state: 'unknown', servedAt: none, committedAt: none, lagMs: none, serialsBehind: none };
}

/** What {@link replicaLag} says in numbers, written into `figures`. */
export function lagFigures(figures: LagFigures, state: NotifyState, history: CommitHistory, now: number): void {
  figures.state = replicaState(state);
  figures.servedAt = figures.committedAt = figures.lagMs = figures.serialsBehind = Number.NaN;
  if (state.phase === 'in-sync') {
    // After a restart the commit of the served serial is not in the history: then there is no lag to speak of.
    const committedAt = history.committedAt(state.serial);
    figures.servedAt = state.seen?.at ?? Number.NaN;
    figures.committedAt = committedAt ?? Number.NaN;
    figures.lagMs = lagBetween(committedAt, state.seen?.at) ?? Number.NaN;
    figures.serialsBehind = 0;
  } else if (state.phase === 'behind' && state.seen !== undefined) {
    const missing = history.since(state.seen.serial);
    figures.committedAt = missing?.oldestAt ?? Number.NaN;
    figures.lagMs = lagBetween(missing?.oldestAt, now) ?? Number.NaN;
    figures.serialsBehind = missing?.count ?? Number.NaN;
  }
}

function known(figure: number): number | undefined {
  return Number.isNaN(figure) ? undefined : figure;
}

function replicaState(state: NotifyState): ReplicaLag['state'] {
  if (state.silent >= SILENT_IS_UNREACHABLE) return 'unreachable';
  if (state.phase === 'in-sync') return 'in-sync';
  // Ahead of us is neither in sync nor behind; lastError says what it is.
  return state.phase === 'behind' && state.seen !== undefined ? 'behind' : 'unknown';
}

/** Never negative: the clock may have been set back in between. */
export function lagBetween(committedAt: number | undefined, servedAt: number | undefined): number | undefined {
  return committedAt === undefined || servedAt === undefined ? undefined : Math.max(0, servedAt - committedAt);
}
