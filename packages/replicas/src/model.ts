import type { ReplicaLag } from '@zonewire/nameserver';

/** All times are ms since the epoch by the clock of the node that watches. `zone` is presentation form, absolute, lower case: `example.test.` */

/** What can happen to one serial at one secondary, in this order. */
export type Moment = 'notified' | 'acknowledged' | 'transferred' | 'verified' | 'answered';

/** From worst to best. `diverged`: the same serial, other content. */
export const HEALTH_STATES = [
  'expired',
  'diverged',
  'expiring',
  'refusing',
  'unreachable',
  'ahead',
  'behind',
  'unknown',
  'in-sync',
] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** How many there are of each state: none yet. */
export function noHealth(): Record<HealthState, number> {
  return Object.fromEntries(HEALTH_STATES.map((state) => [state, 0])) as Record<HealthState, number>;
}

/** How a zone is at one secondary. */
export interface Health {
  readonly state: HealthState;
  readonly since: number;
  /** One sentence: what is the matter. */
  readonly reason: string;
  /** One sentence: what to do. Empty where nothing is to be done. */
  readonly next: string;
}

export type ReplicaEvent =
  | {
      readonly kind: 'committed';
      readonly zone: string;
      readonly serial: number;
      /** Serials of the same group of commits, this one included. */
      readonly serials: readonly number[];
      readonly at: number;
    }
  /** The first time that this happened for this serial at this secondary. */
  | {
      readonly kind: 'moment';
      readonly moment: Moment;
      readonly zone: string;
      readonly secondary: string;
      /** Which node behind one address: its NSID, or the identity in its receipt. */
      readonly node?: string;
      readonly serial: number;
      readonly at: number;
      readonly source: 'notify' | 'probe' | 'receipt' | 'transfer';
      /** Since the commit. */
      readonly lagMs?: number;
      /** It was told before, with a later time: of a probe, which sees only that it has happened. */
      readonly corrected?: true;
    }
  | {
      readonly kind: 'probe-failed';
      readonly zone: string;
      readonly secondary: string;
      readonly at: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'health';
      readonly zone: string;
      readonly secondary: string;
      readonly at: number;
      readonly from: HealthState;
      readonly to: Health;
      readonly serial?: number;
    };

/** What a secondary of ours says of a zone. Its times are corrected by the difference of the clocks. */
export interface ReceiptFacts {
  /** The identity of the node. */
  readonly node: string;
  readonly serial?: number;
  readonly state: string;
  readonly refreshAt?: number;
  readonly expireAt?: number;
  /** Of the zone's content, canonical form. */
  readonly digest?: string;
  readonly lastError?: string;
  readonly at: number;
}

/** One node behind the address of a secondary, as told apart by its NSID. */
export interface ReplicaNode {
  readonly node: string;
  /** Absent: it was seen to answer for other zones only. */
  readonly serial?: number;
  /** When it was last seen to answer with that. */
  readonly seenAt: number;
}

/** When the zone expires at a secondary unless it refreshes. */
export interface Expiry {
  readonly at: number;
  /** Of SOA EXPIRE, how much is used up: 0 freshly refreshed, 1 expired. */
  readonly fraction: number;
  /** By its own word (receipt, RFC 7314), or reckoned from when it was last seen to be current. */
  readonly source: 'receipt' | 'edns' | 'estimate';
}

/**
 * What came of comparing a secondary's copy of a zone with what is served here. `refused`: it does not let this node transfer;
 * `moved`: the zone changed meanwhile; `behind`: not in sync; `receipts`: it tells its digest itself; `off`, `too-large`: by the configuration.
 */
export const COMPARISON_RESULTS = [
  'same',
  'different',
  'refused',
  'failed',
  'moved',
  'behind',
  'receipts',
  'off',
  'too-large',
] as const;
export type ComparisonResult = (typeof COMPARISON_RESULTS)[number];

export interface Comparison {
  readonly at: number;
  readonly result: ComparisonResult;
  /** Of the copy, when it came. */
  readonly serial?: number;
  /** Half a sentence: why, or what differs. */
  readonly reason: string;
  /** When it is compared again; absent: only by command. */
  readonly nextAt?: number;
}

/** Where one secondary stands with one zone: what the announcer knows, and what is made of it. */
export interface ReplicaView extends ReplicaLag {
  readonly health: Health;
  /** Where more than one node answers at the address. */
  readonly nodes?: readonly ReplicaNode[];
  readonly expiry?: Expiry;
  /** Its clock less ours, ms; shown, never part of a lag. */
  readonly skewMs?: number;
  /** Why its receipts cannot be followed, where that is configured. */
  readonly receiptTrouble?: string;
  /** The last time that its copy was compared, or why it was not. */
  readonly comparison?: Comparison;
}

/** The numbers of {@link ReplicaView}; NaN: not known. */
export interface PairFigures {
  state: HealthState;
  isInSync: boolean;
  lagMs: number;
  serialsBehind: number;
  /** Of SOA EXPIRE, how much is used up. */
  expiryFraction: number;
}

/** When one serial came to one secondary (to one node of it, where several answer). */
export interface SecondaryTimes {
  readonly id: string;
  readonly node?: string;
  readonly notifiedAt?: number;
  readonly acknowledgedAt?: number;
  readonly transferredAt?: number;
  readonly verifiedAt?: number;
  readonly answeredAt?: number;
  /** Where a probe saw that: when the probe before it was sent, which was answered with an older serial. The truth lies between the two. */
  readonly olderAt?: number;
  /** From committed to answered, ms. */
  readonly lagMs?: number;
}

/** Which zones: those with a secondary in this state, with this secondary, with this in their name. */
export interface ReplicaQuery {
  readonly health?: HealthState | undefined;
  readonly secondary?: string | undefined;
  readonly search?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface ReplicaPage {
  /** Zones that match, this page or not. */
  readonly total: number;
  readonly zones: readonly ZoneReplicas[];
}

export interface ZoneReplicas {
  readonly zone: string;
  readonly serial: number;
  readonly committedAt?: number;
  readonly replicas: readonly ReplicaView[];
}

/** A {@link ReplicaPage} whose zones are looked at as they are come to. */
export interface ReplicaList {
  readonly total: number;
  readonly zones: Iterable<ZoneReplicas>;
}

/** One secondary over all zones that it is notified of. */
export interface SecondaryTotals {
  readonly id: string;
  /** `host:port` */
  readonly address: string;
  readonly zones: number;
  /** Zones by health. */
  readonly health: Readonly<Record<HealthState, number>>;
  /** ms from commit to seen served, of the newest change of each zone that it has (within 3 %); `latest`: of the newest of all. */
  readonly lag?: { readonly p50: number; readonly p99: number; readonly latest: number };
  /** The longest of these lags. */
  readonly longestLagMs?: number;
  /** Its clock less ours, ms. */
  readonly skewMs?: number;
  /** Names of the nodes that answer behind its address. */
  readonly nodes?: readonly string[];
}

/** Lag of the serials first answered within some time; ms. */
export interface LagBucket {
  readonly from: number;
  readonly seconds: number;
  readonly secondary: string;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface QueuePage {
  /** Entries, on this page or not. */
  readonly total: number;
  readonly entries: readonly QueueEntry[];
}

/** A secondary that is still to be told, or to be seen to answer with what it was told of. */
export interface QueueEntry {
  readonly zone: string;
  readonly secondary: string;
  readonly address: string;
  /** What it is to answer with. */
  readonly serial: number;
  /** NOTIFYs sent for that serial. */
  readonly attempts: number;
  /** Since when it lacks something. */
  readonly since: number;
  /** When the next NOTIFY is due; absent: none is (it says NOTIMP, and is asked until it has it by itself). */
  readonly nextAt?: number;
  readonly acknowledgedAt?: number;
  /** What is probably in the way. */
  readonly likely?: string;
  /** What to do about that. */
  readonly next?: string;
}

export interface SerialTimes {
  readonly serial: number;
  readonly committedAt?: number;
  readonly secondaries: readonly SecondaryTimes[];
}
