import type { StatusError } from '@zonewire/nameserver';
import { steady } from './clock.ts';
import type { RefreshFacts } from './facts.ts';
import { healthyPrimary, ixfrWorkedAt } from './primaries.ts';
import type { Held, RefreshConfig, RefreshEvent } from './state.ts';
import { expireAfterCheck, expireAfterTransfer, type RefreshIntervals } from './timing.ts';

/** What is known of a zone once something came of a round. */

/** A transferred version is installed: stored together with it, so that neither is ever without the other. */
export function factsAfterInstall(
  facts: RefreshFacts,
  event: Extract<RefreshEvent, { kind: 'installed' }>,
  now: number,
  config: RefreshConfig,
): RefreshFacts {
  const time = steady(facts, now);
  const healthy = healthyPrimary(facts, event.primary);
  return {
    ...(event.transfer.type === 'ixfr' ? ixfrWorkedAt(healthy, event.primary) : healthy),
    asOf: time,
    lastGoodCheckAt: Math.min(time, event.checkedAt ?? time),
    lastAttemptAt: undefined,
    failures: 0,
    lastError: undefined,
    expireAt: expireAfterTransfer(time, event.held, event.expire, config.intervals),
    received: { serial: event.held.serial, at: time },
    lastTransfer: event.transfer,
    verification: event.verification,
  };
}

/** At `checkedAt` a primary had what is held: good for another SOA EXPIRE, or for `expire`, what EXPIRE said (RFC 7314), seconds. */
export function factsAfterGoodCheck(
  facts: RefreshFacts,
  check: { readonly held: Held; readonly checkedAt: number; readonly expire: number | undefined },
  now: number,
  intervals: RefreshIntervals,
): RefreshFacts {
  return {
    ...facts,
    lastGoodCheckAt: Math.min(now, check.checkedAt),
    lastAttemptAt: undefined,
    failures: 0,
    lastError: undefined,
    expireAt: expireAfterCheck(now, facts.expireAt, check.held, check.expire, intervals),
  };
}

/** No primary helped. */
export function factsAfterFailure(facts: RefreshFacts, failures: number, lastError: StatusError): RefreshFacts {
  return { ...facts, failures, lastAttemptAt: lastError.at, lastError };
}
