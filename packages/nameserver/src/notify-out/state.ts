import type { NodeSeen } from './nodes.ts';

/**
 * One zone at one target of NOTIFY (RFC 1996), from a commit until the target is *seen to answer* with its serial:
 * an acknowledgement says that the NOTIFY arrived, not that the zone did. Pure: events in, effects out, times in ms.
 *
 * Two tracks run side by side, each with at most one message under way:
 *
 *   NOTIFY   commit ─► send ─► 0.5, 1, 2, 4, 8, 30, 30 … s (2 s at least once acknowledged) ─► send again, until a probe has seen the serial
 *   probe    acknowledged ─► SOA query after 3, 2, 2, 2, 3, 4, 6 … ms ─► … ─► 30 s, until it has; then a rare re-check;
 *            where the target has many to load: when it can be expected to be there, or has been fetched
 *
 *   unknown ──probe: our serial──► in-sync ──commit──► behind ──probe: our serial──► in-sync
 *      └─────probe: older, or no answer─► NOTIFY ──────►┘        └──probe: newer──► ahead (an error to be shown)
 */
export interface NotifyState {
  /** The serial that the target should answer with. */
  readonly serial: number;
  readonly phase: 'unknown' | 'behind' | 'in-sync' | 'ahead';
  /**
   * What it was last seen to answer with, and when that serial was first seen; where several nodes answer at the address, what the one has
   * that is furthest behind.
   */
  readonly seen?: { readonly serial: number; readonly at: number };
  /** Nodes behind the address; empty where it does not say (NSID). */
  readonly nodes: readonly NodeSeen[];
  /** Index into the target's addresses; `addresses` is their number. */
  readonly address: number;
  readonly addresses: number;
  /** 0 to 1, fixed for the target: spreads the re-checks of thousands of zones over time. */
  readonly spread: number;
  readonly acknowledgedAt?: number;
  /** `serial` was committed, or is told of by hand, while this program runs: whoever was found to be behind waits until those are told. */
  readonly isFresh?: boolean;
  /** NOTIFYs sent for `serial`. */
  readonly attempts: number;
  readonly sentAt?: number;
  /** The serial of the NOTIFY under way. */
  readonly notifying?: number;
  /** The serial that the NOTIFY sent last told of before it was served. */
  readonly foretold?: number;
  /** When the next NOTIFY is due; absent when none is needed. */
  readonly notifyAt?: number;
  readonly probing: boolean;
  readonly probeAt?: number;
  readonly probeStep: number;
  /** One of many that the target has to load: since when (its acknowledgement). It is asked when it can be expected, not by the quick schedule. */
  readonly amongManySince?: number;
  /** When the target had fetched `serial` here, one of many. */
  readonly fetchedAt?: number;
  /** Exchanges in a row (of either kind) that got no answer at all. */
  readonly silent: number;
  readonly lastError?: string;
}

export type NotifyEvent =
  /** A new serial is published here and must arrive there. */
  | { readonly kind: 'commit'; readonly serial: number }
  /** A new serial will be published in a moment, or never: a target that waits for it can be told already. */
  | { readonly kind: 'foretell'; readonly serial: number }
  /** An operator asks for a NOTIFY now, whatever is known of the target. */
  | { readonly kind: 'notify-now' }
  /** `wait`: as in `notify-acknowledged`, from now. */
  | { readonly kind: 'tick'; readonly wait?: number }
  /** The NOTIFY had to wait for its turn and leaves now, with the newest serial. */
  | { readonly kind: 'notify-leaves' }
  /** Exchanges for other zones have found out that nothing answers there, or that something does again. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'reachable' }
  /** There is a node behind the address that was not there before: what it has of this zone is not known. */
  | { readonly kind: 'other-node' }
  /** `wait`: ms until it can be expected there, more than a moment when the target has many others to load. */
  | { readonly kind: 'notify-acknowledged'; readonly serial: number; readonly wait?: number }
  /** A transfer of this serial to the target has come to its end. */
  | { readonly kind: 'fetched'; readonly serial: number }
  | {
      readonly kind: 'notify-failed';
      readonly serial: number;
      readonly cause: 'silence' | 'refused' | 'not-implemented';
      readonly reason: string;
      /** Not just silence: the kernel says that nobody is there. */
      readonly nobody?: true;
    }
  | {
      readonly kind: 'probe-answered';
      readonly serial: number;
      /** Which node behind the address answered (NSID, RFC 5001), as {@link readNsid} shows it. */
      readonly node?: string | undefined;
      /** All nodes behind the address, by answers for whatever zone; and whether there were too few of them yet to know. */
      readonly there?: readonly string[] | undefined;
      readonly isNew?: boolean | undefined;
      /** What it says that its answer is made of (ZONEVERSION, RFC 9660). */
      readonly zoneVersion?: number | undefined;
      /** Seconds until the zone expires there, by its own word (EXPIRE, RFC 7314). */
      readonly expireIn?: number | undefined;
    }
  | {
      readonly kind: 'probe-failed';
      readonly cause: 'silence' | 'refused';
      readonly reason: string;
      /** As in `notify-acknowledged`: it answers for none of many zones yet, so it is probably loading them. */
      readonly wait?: number;
      readonly nobody?: true;
    };

export type NotifyEffect =
  /** `urgent`: follows a change; the others follow a start or a timer and may wait. */
  | {
      readonly kind: 'notify';
      readonly serial: number;
      readonly address: number;
      readonly timeout: number;
      readonly urgent: boolean;
    }
  | { readonly kind: 'probe'; readonly address: number; readonly timeout: number; readonly urgent: boolean }
  /** Seen for the first time to answer with this serial, which is the wanted one. */
  | { readonly kind: 'confirmed'; readonly serial: number };

export interface NotifyStep {
  readonly state: NotifyState;
  readonly effects: readonly NotifyEffect[];
}

/** Mutable while a step is made, frozen by the type afterwards. */
export type Draft = { -readonly [K in keyof NotifyState]: NotifyState[K] };
