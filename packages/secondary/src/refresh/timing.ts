import { LOWER, type Name } from '@zonewire/shared-protocol';

/** Bounds on what the SOA asks for; seconds. Words and lower bounds are Knot's, the upper bounds BIND's. */
export interface RefreshIntervals {
  readonly refreshMinInterval: number;
  readonly refreshMaxInterval: number;
  readonly retryMinInterval: number;
  readonly retryMaxInterval: number;
  readonly expireMinInterval: number;
  /** Longest pause between attempts while there is nothing to serve: never loaded, or expired. */
  readonly bootstrapMaxInterval: number;
}

export const DEFAULT_INTERVALS: RefreshIntervals = {
  refreshMinInterval: 2,
  refreshMaxInterval: 2_419_200,
  retryMinInterval: 1,
  retryMaxInterval: 1_209_600,
  expireMinInterval: 3,
  bootstrapMaxInterval: 120,
};

/** What is configured, the defaults for the rest. Ten thousand zones with the defaults share them. */
export function intervalsOf(
  configured: { readonly [K in keyof RefreshIntervals]?: number | undefined },
): RefreshIntervals {
  const keys = Object.keys(DEFAULT_INTERVALS) as (keyof RefreshIntervals)[];
  if (keys.every((key) => configured[key] === undefined)) return DEFAULT_INTERVALS;
  const intervals = { ...DEFAULT_INTERVALS };
  for (const key of keys) intervals[key] = configured[key] ?? intervals[key];
  return intervals;
}

/** The timers of the SOA record that is held; seconds, unsigned 32-bit, whatever their author wrote there. */
export interface SoaTimers {
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
}

/** First pause after a failed first load, ms; doubled with every further failure. */
export const BOOTSTRAP_FIRST = 1_000;
/** Rounds after a start that do not wait for SOA RETRY when they fail: about two minutes. */
export const CATCH_UP_TRIES = 7;
/** Share of an interval by which it may be shortened, so that zones with equal timers do not all ask at once. */
export const JITTER = 0.1;

/**
 * A number in [0, 1) that a zone keeps for ever: FNV-1a over its name in lower case, mixed with `salt`.
 * No randomness: the same facts give the same schedule, also after a restart.
 */
export function spread(zone: Name, salt = 0): number {
  let hash = (0x811c9dc5 ^ salt) >>> 0;
  for (let i = 0; i < zone.length; i++) hash = Math.imul(hash ^ LOWER[zone[i]], 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 0x1_0000_0000;
}

/** ms. Up to 10 % earlier than the bounded SOA REFRESH, never later, never below the lower bound. */
export function refreshInterval(zone: Name, soa: SoaTimers, bounds: RefreshIntervals): number {
  const seconds = clamp(soa.refresh, bounds.refreshMinInterval, bounds.refreshMaxInterval);
  return earlier(seconds, bounds.refreshMinInterval, spread(zone));
}

/** ms. As {@link refreshInterval}; differs from failure to failure, so that zones which failed together part. */
export function retryInterval(zone: Name, soa: SoaTimers, failures: number, bounds: RefreshIntervals): number {
  const seconds = clamp(soa.retry, bounds.retryMinInterval, bounds.retryMaxInterval);
  return earlier(seconds, bounds.retryMinInterval, spread(zone, failures));
}

/** ms until the next attempt when nothing can be served: about 1, 2, 4, 8 … s, at most `bootstrapMaxInterval`. */
export function bootstrapInterval(zone: Name, failures: number, bounds: RefreshIntervals): number {
  const most = Math.max(1, bounds.bootstrapMaxInterval) * 1000;
  const doubled = Math.min(most, BOOTSTRAP_FIRST * 2 ** Math.min(Math.max(0, failures - 1), 30));
  // More spread than for timers that work: a restart of the primary is met by all zones at the same moment.
  return doubled * (1 - 2.5 * JITTER * spread(zone, failures));
}

/** ms that a copy may be served after a good check. */
export function expireInterval(soa: SoaTimers, bounds: RefreshIntervals): number {
  return Math.max(soa.expire, bounds.expireMinInterval) * 1000;
}

/**
 * Until when the zone may be served after a good check of the same serial (RFC 7314 4): with EXPIRE in the answer, the later of
 * what is known and what the primary says, for two primaries may stand at different distances from the origin; never more than
 * SOA EXPIRE from now. Without the option the answering server counts as the origin.
 */
export function expireAfterCheck(
  now: number,
  current: number | undefined,
  soa: SoaTimers,
  option: number | undefined,
  bounds: RefreshIntervals,
): number {
  const most = now + expireInterval(soa, bounds);
  if (option === undefined) return most;
  return Math.min(most, Math.max(current ?? 0, now + option * 1000));
}

/** Until when a version just transferred may be served (RFC 7314 4): EXPIRE instead of SOA EXPIRE, which stays the maximum. */
export function expireAfterTransfer(
  now: number,
  soa: SoaTimers,
  option: number | undefined,
  bounds: RefreshIntervals,
): number {
  const most = expireInterval(soa, bounds);
  return now + (option === undefined ? most : Math.min(most, option * 1000));
}

function earlier(seconds: number, least: number, share: number): number {
  return Math.max(least, seconds * (1 - JITTER * share)) * 1000;
}

/** The lower bound wins over the upper one: bounds that cross must not make a tight loop. */
function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
