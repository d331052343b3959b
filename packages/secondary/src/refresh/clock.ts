import type { PrimaryFacts, RefreshFacts } from './facts.ts';

/**
 * Facts are wall-clock times, because they outlive the process; wall clocks jump.
 *
 * Backwards: time did not run backwards, the clock was set. Every fact moves with it, so what was left of each interval is left of it
 * still: refreshing goes on at once instead of after the length of the jump, no zone lives longer by it, and an expired zone stays
 * expired. While the program runs, DueTimes notices (a sleep that ended earlier than it can have) and tells all zones; until it
 * does, at most 30 s, time stands still for a zone rather than run backwards. At a start `asOf` tells: the latest moment that
 * the stored facts have seen. They are stored when a zone expires, so an expired one stays so over a restart as well.
 *
 * Forwards: indistinguishable from a machine that slept, and then the time did pass. Everything is due: the zone is asked for
 * at once, and is not served past `expireAt` until a primary confirms it.
 */
export function movedBack(facts: RefreshFacts, ms: number): RefreshFacts {
  const primaries: { [key: string]: PrimaryFacts } = {};
  for (const [key, primary] of Object.entries(facts.primaries)) {
    primaries[key] = {
      ...primary,
      retryAfter: Math.max(0, primary.retryAfter - ms),
      noIxfrUntil: earlier(primary.noIxfrUntil, ms),
    };
  }
  return {
    ...facts,
    asOf: Math.max(0, facts.asOf - ms),
    lastGoodCheckAt: earlier(facts.lastGoodCheckAt, ms),
    lastAttemptAt: earlier(facts.lastAttemptAt, ms),
    expireAt: earlier(facts.expireAt, ms),
    lastNotified: facts.lastNotified && { ...facts.lastNotified, at: Math.max(0, facts.lastNotified.at - ms) },
    primaries,
  };
}

/** The facts as a program that starts at `now` finds them. */
export function resumed(facts: RefreshFacts, now: number): RefreshFacts {
  return now < facts.asOf ? movedBack(facts, facts.asOf - now) : { ...facts, asOf: now };
}

/** The moment of a step: never before one already seen. */
export function steady(facts: RefreshFacts, now: number): number {
  return Math.max(facts.asOf, now);
}

function earlier(time: number | undefined, ms: number): number | undefined {
  return time === undefined ? undefined : Math.max(0, time - ms);
}
