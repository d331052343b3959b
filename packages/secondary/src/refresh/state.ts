import type { StatusError, TransferSummary, VerificationStatus } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';
import type { SiteHead } from '../site/port.ts';
import type { RefreshFacts } from './facts.ts';
import type { PrimaryAddress } from './primaries.ts';
import type { CATCH_UP_TRIES, RefreshIntervals, SoaTimers } from './timing.ts';

/** The words of the refresh machine: what it knows, what happens to it, what it wants done. Rules are in machine.ts. */

export interface RefreshConfig {
  readonly zone: Name;
  readonly primaries: readonly PrimaryAddress[];
  readonly intervals: RefreshIntervals;
  /** Other nodes may know the zone: the site is asked before any primary. */
  readonly site?: boolean;
}

/** What the machine needs of the version that is held, served or expired. */
export interface Held extends SoaTimers {
  readonly serial: number;
}

export interface RefreshState {
  readonly facts: RefreshFacts;
  /** Missing: the zone was never loaded. */
  readonly held?: Held | undefined;
  readonly phase: Phase;
  /** What wants a round of its own, beside the timers; a round that is under way leaves it here (RFC 1996 4.4). */
  readonly pending?: Pending | undefined;
  /**
   * Since a start, of a zone that was on disk, until a primary has answered: a NOTIFY may have been missed. Then the next round
   * begins, whatever the timers say; the first one spread, so that thousands of zones do not begin together, and after a failure
   * soon again, for {@link CATCH_UP_TRIES} (the network may come up later than we do).
   */
  readonly catchUp?: { readonly at: number; readonly tries: number } | undefined;
  /** What the nameserver was last told, to notice the edge. Expiry itself is `expireAt <= now`, never this. */
  readonly told: 'nothing' | 'serving' | 'expired';
}

export type Phase = Idle | Checking | Transferring;

export interface Idle {
  readonly kind: 'idle';
}

/** An SOA query to `primary` is under way. */
export interface Checking {
  readonly kind: 'checking';
  readonly primary: string;
  readonly round: Round;
}

/** A transfer from `primary` is waiting for its turn, under way, or being installed. */
export interface Transferring {
  readonly kind: 'transferring';
  readonly type: 'ixfr' | 'axfr';
  readonly primary: string;
  readonly round: Round;
  /** Set when this AXFR replaces an IXFR that failed. */
  readonly ixfrError?: StatusError | undefined;
}

export interface Round {
  readonly cause: 'timer' | Pending['cause'];
  /** Primaries still to be asked after the present one. */
  readonly waiting: readonly string[];
  /** Some primary has confirmed our serial. */
  readonly good: boolean;
  /** The primary whose NOTIFY began the round: asked for an IXFR straight away, which is an SOA check too. */
  readonly notifier?: string | undefined;
  /** Who has confirmed our serial, or given us its version. */
  readonly source?: 'site' | 'primary';
  /** A serial newer than ours that the site has told of meanwhile. */
  readonly news?: number;
}

export interface Pending {
  readonly cause: 'notify' | 'operator' | 'retransfer';
  readonly at: number;
  /** The serial the NOTIFY spoke of. */
  readonly serial?: number | undefined;
  readonly primary?: string | undefined;
}

/**
 * Why a primary did not help. `unreachable`: nothing of it was heard, asking the same for something else is vain.
 * `stalled`: it took the request for a transfer, and stopped sending without ending the connection. `local`: our own fault
 * (disk full), another primary would not help.
 */
export type FailureKind = 'unreachable' | 'refused' | 'stalled' | 'local';

export type RefreshEvent =
  /** The time planned for is here (or something is pending). */
  | { readonly kind: 'tick' }
  /** Time has passed: only whether the zone has expired is looked at. */
  | { readonly kind: 'look' }
  /** The wall clock was set back by so many ms. */
  | { readonly kind: 'set-back'; readonly ms: number }
  /** `primary`: the sender's address is that primary's. */
  | { readonly kind: 'notify'; readonly serial?: number | undefined; readonly primary?: string | undefined }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'retransfer' }
  /** `primary` says it has `serial`: answer to an SOA query, or to a transfer that brought nothing newer. */
  | {
      readonly kind: 'answered';
      readonly primary: string;
      readonly serial: number;
      readonly expire?: number | undefined;
      /** The site's, which tells of a check of some time ago, and when it plans the next one. */
      readonly checkedAt?: number;
      readonly nextAt?: number;
    }
  /** Another node of the site had a round. */
  | { readonly kind: 'news'; readonly head: SiteHead }
  /** Verified, journalled and published. */
  | {
      readonly kind: 'installed';
      readonly primary: string;
      readonly held: Held;
      readonly expire?: number | undefined;
      readonly transfer: TransferSummary;
      /** As in `answered`. */
      readonly checkedAt?: number | undefined;
      readonly verification?: VerificationStatus | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly primary: string;
      readonly failure: FailureKind;
      readonly code: string;
      readonly message: string;
    }
  /** Primaries or intervals changed. */
  | { readonly kind: 'configured' };

export type RefreshEffect =
  | { readonly kind: 'check'; readonly primary: string; readonly urgent: boolean }
  /** `force`: take whatever serial comes. `urgent`: caused by a change, goes ahead of timers. */
  | {
      readonly kind: 'transfer';
      readonly primary: string;
      readonly type: 'ixfr' | 'axfr';
      readonly force: boolean;
      readonly urgent: boolean;
      /** The primary's NOTIFY has caused it, with no SOA query before. */
      readonly isNotified?: boolean;
    }
  /** The version held is to be answered with (again), or not any more. */
  | { readonly kind: 'serve' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'save' }
  | {
      readonly kind: 'ended';
      readonly cause: Round['cause'];
      readonly outcome: 'installed' | 'up-to-date' | 'failed';
      readonly source?: Round['source'];
    };

export interface RefreshStep {
  readonly state: RefreshState;
  readonly effects: readonly RefreshEffect[];
}
