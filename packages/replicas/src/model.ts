/** All times are ms since the epoch by the clock of the node that watches. `zone` is presentation form, absolute, lower case: `example.test.` */

/** What can happen to one serial at one secondary, in this order. */
export type Moment = 'notified' | 'acknowledged' | 'transferred' | 'verified' | 'answered';

export type HealthState =
  | 'in-sync'
  | 'behind'
  | 'unreachable'
  | 'refusing'
  | 'expiring'
  | 'expired'
  | 'ahead'
  /** The same serial, other content. */
  | 'diverged'
  | 'unknown';

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
