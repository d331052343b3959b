import type { NotifyEvent, NotifyState } from './state.ts';
import type { Target } from './target.ts';
import { BACKLOG } from './timing.ts';

/** A target's place among the many that its remote has to load ({@link Backlog}). `now` in ms since the epoch. */

/** Its remote has acknowledged it, or is loading it by itself. */
export function joinBacklog(target: Target, now: number): void {
  const { phase } = target.state;
  if ((phase !== 'behind' && phase !== 'unknown') || target.waiting !== undefined) return;
  target.waiting = { since: now, before: target.backlog.joined() };
}

/** What an event tells of its remote, `before` it the state was another; the target leaves the backlog when it need not be waited for. */
export function stillWaits(target: Target, { kind }: NotifyEvent, before: NotifyState, now: number): void {
  const { state, backlog, waiting } = target;
  if (typeof waiting !== 'object') {
    // What is wrong with it may be over with a new version.
    if (kind === 'commit' || state.phase !== 'behind') target.waiting = undefined;
    return;
  }
  const ms = now - waiting.since;
  if (state.phase === 'in-sync') {
    backlog.served(ms, waiting.before, {
      wasMissed: before.probeStep > 0,
      isFetched: before.fetchedAt !== undefined,
    });
    target.waiting = undefined;
  } else if (state.phase !== 'behind' || Math.abs(ms) > BACKLOG.patience) {
    backlog.left();
    target.waiting = 'given-up';
  } else if (kind === 'fetched') backlog.fetched(ms, waiting.before);
  else if (kind === 'probe-answered' || kind === 'probe-failed') backlog.missed(ms, waiting.before);
}

/** ms until what it has acknowledged can be expected there, where many wait. */
export function expectedIn({ backlog, waiting }: Target, now: number): { readonly wait?: number } {
  if (typeof waiting !== 'object') return AT_ONCE;
  const wait = backlog.expected(waiting.before);
  return wait === 0 ? AT_ONCE : { wait: wait - (now - waiting.since) };
}

const AT_ONCE = {};
