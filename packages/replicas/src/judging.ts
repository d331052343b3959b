import { addressText, type Clock, type Log, type TimerHandle } from '@zonewire/nameserver';
import { expiryMarks, healthOf } from './health.ts';
import { HealthLog } from './health-log.ts';
import { type Likely, likelyReason } from './likely.ts';
import type { Peers } from './peers.ts';
import type { SerialBook } from './serial-times.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';
import type { Told } from './told.ts';
import { hostsOf, keyName, type WatchedZone, type WatchedZones } from './watched.ts';

export interface JudgingParts {
  readonly zones: WatchedZones;
  readonly book: SerialBook;
  readonly peers: Peers;
  readonly told: Told;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
  readonly later: (call: () => void) => void;
}

/** How often what changes by time alone is looked at: only secondaries that are not in sync. */
const LOOK_EVERY = 500;

/** Keeps the health of every zone at every secondary: judges it anew when something happens, and as time passes. */
export class Judging {
  readonly #parts: JudgingParts;
  readonly #unjudged = new Set<Target>();
  /** Whose health may change without anything happening. */
  readonly #restless = new Set<Target>();
  readonly #healthLog: HealthLog;
  #timer: TimerHandle | undefined;

  constructor(parts: JudgingParts) {
    this.#parts = parts;
    this.#healthLog = new HealthLog(parts.log);
  }

  /** Its health may have changed: it is judged soon. */
  look(target: Target): void {
    this.#unjudged.add(target);
    if (this.#unjudged.size === 1) this.#parts.later(() => this.#judgeAll());
  }

  /** Judges it now; a change is told. */
  judge(watched: WatchedZone, target: Target): void {
    const { told, tally, clock } = this.#parts;
    const { zone, secondary, seen } = target;
    const now = clock.now();
    const verdict = healthOf(this.#facts(watched, target, now));
    const from = target.health;
    const changed = from.state !== verdict.state;
    // A countdown is warned of at each of its marks.
    const warnings = expiryMarks(verdict, target.expiry(watched.expire, now));
    const worse = !changed && warnings > target.expiryWarnings;
    target.expiryWarnings = warnings;
    target.health = { ...verdict, since: changed ? now : from.since };
    if (verdict.state === 'in-sync' && seen?.serial === watched.serial) this.#restless.delete(target);
    else this.watchClosely(target);
    if (!changed && !worse) return;
    if (changed) tally.health(secondary, from.state, verdict.state);
    const serial = seen === undefined ? {} : { serial: seen.serial };
    told.emit({ kind: 'health', zone, secondary, at: now, from: from.state, to: target.health, ...serial });
    this.#healthLog.changed(zone, secondary, from.state, target.health, now);
  }

  #facts(watched: WatchedZone, target: Target, now: number) {
    const { secondary, remote, seen, receipt, diverged, silent, silentSince } = target;
    const { probeRefused, notifyRefused, lastFailure } = target;
    const missing = seen && this.#parts.book.missing(target.zone, seen.serial);
    return {
      now,
      secondary,
      address: addressText(remote.addresses[0]),
      serial: watched.serial,
      seen,
      missing: missing && { count: missing.count, oldestAt: missing.oldest.committedAt },
      silent,
      silentSince,
      probeRefused,
      notifyRefused,
      lastFailure,
      expiry: target.expiry(watched.expire, now),
      receipt,
      diverged,
      // Only who lacks something has a reason for it.
      likely: seen?.serial === watched.serial ? undefined : this.likely(watched, target),
    };
  }

  /** Why it does not follow, as far as that can be seen from here. */
  likely(watched: WatchedZone, target: Target): Likely | undefined {
    const { clock, peers } = this.#parts;
    const { zone, remote, waitingSince, acknowledgedAt, notifyRefused, silent } = target;
    if (waitingSince === undefined) return undefined;
    const hosts = hostsOf(remote);
    return likelyReason({
      now: clock.now(),
      zone,
      serial: watched.serial,
      address: addressText(remote.addresses[0]),
      hosts,
      key: keyName(remote),
      since: waitingSince,
      acknowledgedAt,
      notifyRefused,
      silent,
      peer: peers.facts(hosts[0]),
      asks: peers.asks(zone),
    });
  }

  /** It is not watched any more. */
  rest(target: Target): void {
    this.#restless.delete(target);
    this.#healthLog.forget(target.zone, target.secondary);
  }

  /** Its health changes with time, until it is in sync. */
  watchClosely(target: Target): void {
    this.#restless.add(target);
    this.#timer ??= this.#parts.clock.setTimeout(() => this.#lookAgain(), LOOK_EVERY);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#restless.clear();
    this.#unjudged.clear();
  }

  #judgeAll(): void {
    const targets = [...this.#unjudged];
    this.#unjudged.clear();
    for (const target of targets) this.#judgeIfWatched(target);
  }

  #judgeIfWatched(target: Target): void {
    const watched = this.#parts.zones.get(target.zone);
    if (watched?.targets.get(target.secondary) === target) this.judge(watched, target);
  }

  #lookAgain(): void {
    this.#timer = undefined;
    this.#healthLog.look(this.#parts.clock.now());
    for (const target of [...this.#restless]) {
      this.#restless.delete(target);
      this.look(target);
    }
  }
}
