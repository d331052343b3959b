import type { Name } from '../name/name.ts';
import type { TransferSink } from './sink.ts';

/** Bounds on what one transfer may bring; passing one refuses it. */
export interface TransferLimits {
  /** Octets of all messages together, as received. */
  readonly maxBytes: number;
  /** Answer records, the SOAs included. */
  readonly maxRecords: number;
  readonly maxMessages: number;
}

export interface TransferOptions {
  readonly zone: Name;
  readonly request: 'axfr' | 'ixfr';
  /** Message ID of the request. */
  readonly id: number;
  /** The serial given in the IXFR request; must be given for one. */
  readonly haveSerial?: number | undefined;
  /** Default 'tcp'. Over UDP the answer is one message, and may say that TCP is needed. */
  readonly transport?: 'udp' | 'tcp' | undefined;
  readonly limits: TransferLimits;
  readonly sink: TransferSink;
}

/**
 * zone: the sink holds a whole zone. diffs: one or more sequences that lead from our serial to `serial`.
 * up-to-date: the primary has nothing newer. retry-tcp: there is something newer, but it did not fit into UDP.
 */
export type TransferOutcome = 'zone' | 'diffs' | 'up-to-date' | 'retry-tcp';

export interface TransferRefused {
  readonly state: 'refused';
  readonly code: string;
  readonly message: string;
  /** Of the primary's answer, when that was the reason. */
  readonly rcode?: number | undefined;
}

export type TransferProgress =
  | { readonly state: 'more' }
  | {
      readonly state: 'done';
      readonly outcome: TransferOutcome;
      /** Of the primary's version, as its first SOA says; 0 when a truncated UDP answer had none. */
      readonly serial: number;
      /** Answer records, SOAs included. */
      readonly records: number;
      readonly bytes: number;
      readonly messages: number;
      /** Seconds until the primary's own copy expires, when it said so (RFC 7314). */
      readonly expire?: number | undefined;
    }
  | TransferRefused;
