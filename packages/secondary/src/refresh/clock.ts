import type { PrimaryFacts, RefreshFacts } from './facts.ts';

/**
 * Facts are wall-clock times, because they outlive the process; wall clocks jump.
 *
 * Backwards (`now` before a moment already seen): time did not run backwards, the clock was set. Every fact moves with it, so what
 * was left of each interval is left of it still: refreshing goes on at once instead of after the length of the jump, a zone does
 * not live longer by it, and an expired zone stays expired. Facts are saved when a zone expires, so this holds over a restart too.
 *
 * Forwards: indistinguishable from a machine that slept, and then the time did pass. Everything is due: the zone is asked for
 * at once, and is not served past `expireAt` until a primary confirms it.
 */
export function seen(facts: RefreshFacts, now: number): RefreshFacts {
  if (now === facts.asOf) return facts;
  if (now > facts.asOf) return { ...facts, asOf: now };
  const delta = now - facts.asOf;
  const primaries: { [key: string]: PrimaryFacts } = {};
  for (const [key, primary] of Object.entries(facts.primaries)) {
    primaries[key] = {
      ...primary,
      retryAfter: primary.retryAfter + delta,
      noIxfrUntil: moved(primary.noIxfrUntil, delta),
    };
  }
  return {
    ...facts,
    asOf: now,
    lastGoodCheckAt: moved(facts.lastGoodCheckAt, delta),
    lastAttemptAt: moved(facts.lastAttemptAt, delta),
    expireAt: moved(facts.expireAt, delta),
    lastNotified: facts.lastNotified && { ...facts.lastNotified, at: facts.lastNotified.at + delta },
    primaries,
  };
}

function moved(time: number | undefined, delta: number): number | undefined {
  return time === undefined ? undefined : Math.max(0, time + delta);
}
