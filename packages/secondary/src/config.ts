import type { AclRule, Remote } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';
import type { VerificationPolicy } from '@zonewire/zone';
import type { RefreshIntervals } from './refresh/timing.ts';

/** What an operator says of a zone that this node is secondary for. Durations in seconds, sizes in octets. */
export interface SecondaryZoneConfig extends Partial<RefreshIntervals> {
  readonly domain: Name;
  /** Asked in this order; every address of each. */
  readonly primaries: readonly Remote[];
  /** A hub feeds these: they are told of every new version. */
  readonly notify: readonly Remote[];
  readonly acl: readonly AclRule[];
  /** Largest version taken, octets in memory, and largest stream of a transfer. */
  readonly zoneMaxSize?: number | undefined;
  readonly journalMaxSize?: number | undefined;
  readonly journalMaxDepth?: number | undefined;
  /** What has to be right before a version is served; default: ZONEMD is looked at and told of. */
  readonly verification?: VerificationPolicy | undefined;
}

/** Limits of a node, over all its zones. */
export interface SecondaryLimits {
  /** Transfers in at a time; the rest waits, what a change has caused first. */
  readonly transfers: number;
  /** Of these, from one address. BIND as a primary allows 10 by default. */
  readonly transfersPerPrimary: number;
  /** SOA queries under way at a time. */
  readonly checks: number;
  /** ms to a TCP connection. */
  readonly connectTimeout: number;
  /** ms without an octet of a transfer that is owed one; longer for a primary that has stalled before (refresh/patience.ts). */
  readonly idleTimeout: number;
  /** ms without a whole message of it. */
  readonly messageTimeout: number;
  /** ms for a whole transfer. */
  readonly transferTimeout: number;
  /** ms until an SOA query (with its repetitions) is given up. */
  readonly checkTimeout: number;
  readonly transferMaxRecords: number;
  readonly transferMaxMessages: number;
  /** A whole zone that replaces an older one is compared with it up to this many records, so that a hub can serve the difference. */
  readonly diffMaxRecords: number;
  /** First refreshes after a start that may begin in a second; versions on disk are served before any of them. */
  readonly startsPerSecond: number;
}

export const DEFAULT_SECONDARY_LIMITS: SecondaryLimits = {
  transfers: 20,
  transfersPerPrimary: 10,
  checks: 200,
  connectTimeout: 5_000,
  idleTimeout: 10_000,
  messageTimeout: 120_000,
  transferTimeout: 7_200_000,
  checkTimeout: 4_000,
  transferMaxRecords: 50_000_000,
  transferMaxMessages: 5_000_000,
  diffMaxRecords: 2_000_000,
  startsPerSecond: 500,
};

/** Default of `zone-max-size`. */
export const ZONE_MAX_SIZE = 2 * 1024 ** 3;
