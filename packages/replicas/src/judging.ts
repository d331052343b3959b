import { addressText, type Clock, type Log, type TimerHandle } from '@zonewire/nameserver';
import { eachExpiryMark, expiryMarks, HEALTH, type HealthFacts, healthOf } from './health.ts';
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

export const JUDGING = {
  /** How often it is seen whose health time alone may have changed, ms: of secondaries that are not in sync. */
  every: 500,
  /** After so long each of these is judged whatever is known, ms: reasons speak of times, and clocks jump. */
  latest: 10_000,
  /** Judged in one go, some 40 µs each; then others have their turn. */
  atOnce: 100,
} as const;

/** ms since a change was first missed at which its likely reason may be another one ({@link likelyReason}). */
const LIKELY_AT = [2_000, 4_000];

/** Keeps the health of every zone at every secondary: judges it anew when something happens, and as time passes. */
export class Judging {
  readonly #parts: JudgingParts;
  readonly #unjudged = new Set<Target>();
  /** Whose health may change without anything happening, at its `lookAt`. */
  readonly #restless = new Set<Target>();
  #isComing = false;
  readonly #healthLog: HealthLog;
  #timer: TimerHandle | undefined;

  constructor(parts: JudgingParts) {
    this.#parts = parts;
    this.#healthLog = new HealthLog(parts.log);
  }

  /** Its health may have changed: it is judged soon. */
  look(target: Target): void {
    this.#unjudged.add(target);
    this.#come();
  }

  /** Judges it now; a change is told. */
  judge(watched: WatchedZone, target: Target): void {
    const { told, tally, clock } = this.#parts;
    const { zone, secondary, seen } = target;
    const now = clock.now();
    const facts = this.#facts(watched, target, now);
    const verdict = healthOf(facts);
    const from = target.health;
    const changed = from.state !== verdict.state;
    // A countdown is warned of at each of its marks.
    const warnings = expiryMarks(verdict, facts.expiry);
    const worse = !changed && warnings > target.expiryWarnings;
    target.expiryWarnings = warnings;
    target.health = { ...verdict, since: changed ? now : from.since };
    if (verdict.state === 'in-sync' && seen?.serial === watched.serial) this.#restless.delete(target);
    else this.#watch(target, changesAt(facts, watched.expire, target.waitingSince));
    if (!changed && !worse) return;
    if (changed) tally.health(secondary, from.state, verdict.state);
    const serial = seen === undefined ? {} : { serial: seen.serial };
    told.emit({ kind: 'health', zone, secondary, at: now, from: from.state, to: target.health, ...serial });
    this.#healthLog.changed(zone, secondary, from.state, target.health, now);
  }

  #facts(watched: WatchedZone, target: Target, now: number): HealthFacts {
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

  /** A change is on its way to it since `at`: its health changes with time, until it is in sync. */
  watchClosely(target: Target, at: number): void {
    const late = at + HEALTH.behindAfter + 1;
    this.#watch(target, this.#restless.has(target) ? Math.min(target.lookAt, late) : late);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#restless.clear();
    this.#unjudged.clear();
  }

  #watch(target: Target, lookAt: number): void {
    target.lookAt = lookAt;
    this.#restless.add(target);
    this.#timer ??= this.#parts.clock.setTimeout(() => this.#lookAgain(), JUDGING.every);
  }

  #come(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    this.#parts.later(() => this.#judgeSome());
  }

  #judgeSome(): void {
    this.#isComing = false;
    let left: number = JUDGING.atOnce;
    for (const target of this.#unjudged) {
      if (left-- === 0) break;
      this.#unjudged.delete(target);
      this.#judgeIfWatched(target);
    }
    if (this.#unjudged.size > 0) this.#come();
  }

  #judgeIfWatched(target: Target): void {
    const watched = this.#parts.zones.get(target.zone);
    if (watched?.targets.get(target.secondary) === target) this.judge(watched, target);
  }

  #lookAgain(): void {
    this.#timer = undefined;
    const now = this.#parts.clock.now();
    this.#healthLog.look(now);
    for (const target of this.#restless) {
      if (target.lookAt > now && target.lookAt <= now + JUDGING.latest) continue;
      // Until it is judged.
      target.lookAt = now + JUDGING.latest;
      this.look(target);
    }
    if (this.#restless.size > 0) this.#timer ??= this.#parts.clock.setTimeout(() => this.#lookAgain(), JUDGING.every);
  }
}

/** When time alone may change the verdict. `expire`: of the zone, seconds; `since`: when it first lacked something. */
function changesAt({ now, missing, expiry }: HealthFacts, expire: number, since: number | undefined): number {
  let at = now + JUDGING.latest;
  const candidate = (time: number) => {
    if (time > now && time < at) at = time;
  };
  if (missing !== undefined) candidate(missing.oldestAt + HEALTH.behindAfter + 1);
  if (since !== undefined) for (const ms of LIKELY_AT) candidate(since + ms);
  if (expiry !== undefined) eachExpiryMark(expiry.at, expire, candidate);
  return at;
}
