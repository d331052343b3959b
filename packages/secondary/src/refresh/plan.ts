import { isNewerSerial } from '@zonewire/shared-protocol';
import type { RefreshConfig, RefreshState } from './state.ts';
import { bootstrapInterval, refreshInterval, retryInterval } from './timing.ts';

export interface Plan {
  /** ms since the epoch; may be past. */
  readonly at: number;
  readonly reason: 'refresh' | 'retry' | 'bootstrap' | 'notify' | 'operator' | 'retransfer';
  /** Work caused by a change goes ahead of work caused by a timer. */
  readonly priority: 'change' | 'timer';
}

/**
 * When the zone wants its next round: derived from facts, SOA and configuration after every event, at start and at reload, and kept
 * nowhere (Knot's replan). `undefined` while a round is under way: its end plans anew.
 */
export function plan(state: RefreshState, config: RefreshConfig): Plan | undefined {
  if (state.phase.kind !== 'idle') return undefined;
  if (state.pending !== undefined) return { at: state.facts.asOf, reason: state.pending.cause, priority: 'change' };
  const next = nextAttempt(state, config);
  const { catchUp } = state;
  if (catchUp?.tries === 0) return { at: catchUp.at, reason: 'refresh', priority: 'timer' };
  return { at: Math.min(next.at, catchUp?.at ?? Infinity), reason: next.reason, priority: 'timer' };
}

function nextAttempt(state: RefreshState, config: RefreshConfig): { at: number; reason: Plan['reason'] } {
  const { facts, held } = state;
  const { zone, intervals } = config;
  const bootstrap = (facts.lastAttemptAt ?? 0) + bootstrapInterval(zone, facts.failures, intervals);
  if (held === undefined) return { at: facts.failures === 0 ? 0 : bootstrap, reason: 'bootstrap' };
  if (facts.failures > 0) {
    const retry = (facts.lastAttemptAt ?? 0) + retryInterval(zone, held, facts.failures, intervals);
    // Nothing is served: an SOA RETRY of hours must not keep it so for hours after the primary is back.
    return isExpired(state) ? { at: Math.min(retry, bootstrap), reason: 'retry' } : { at: retry, reason: 'retry' };
  }
  const last = facts.lastGoodCheckAt ?? 0;
  let interval = refreshInterval(zone, held, intervals);
  // SOA EXPIRE shorter than REFRESH, or a hub that itself expires soon (RFC 7314): ask while there is still something to save.
  const life = (facts.expireAt ?? 0) - last;
  interval = Math.min(interval, Math.max(intervals.refreshMinInterval * 1000, life / 2));
  // A NOTIFY promised something newer than the primary gave us: for one REFRESH interval ask again as after a failure.
  const notified = facts.lastNotified;
  if (notified !== undefined && isNewerSerial(notified.serial, held.serial)) {
    if (last < notified.at) return { at: notified.at, reason: 'refresh' };
    if (last < notified.at + interval) interval = Math.min(interval, retryInterval(zone, held, 1, intervals));
  }
  return { at: last + interval, reason: 'refresh' };
}

/** Expiry is this comparison and nothing else. A zone never loaded is not expired. */
export function isExpired(state: RefreshState): boolean {
  return state.held !== undefined && (state.facts.expireAt ?? 0) <= state.facts.asOf;
}
