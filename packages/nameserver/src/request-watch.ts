/** Who asked for a transfer, and what came of it; `zone` is presentation form, absolute, lower case, `at` ms since the epoch. */
export interface TransferAsked {
  readonly zone: string;
  readonly peer: string;
  readonly at: number;
  /** Name of the key that it was signed with, presentation form. */
  readonly key?: string | undefined;
  /** Absent: it is answered. */
  readonly refused?: 'acl' | 'no-zone' | 'unavailable' | 'other' | undefined;
}

export interface TransferServed {
  readonly zone: string;
  readonly peer: string;
  readonly key?: string | undefined;
  readonly serial: number;
  readonly at: number;
  /** It wants to be told of the next version while that is being stored (foretellOption). */
  readonly wantsForetold?: boolean;
}

/**
 * What other servers ask of this one, told as it happens, to find out why one of them does not follow. Anybody on the network
 * makes these calls happen: an implementation is quick, bounded and does not throw.
 */
export interface RequestWatch {
  /** A TCP connection was taken. */
  connected(peer: string, at: number): void;
  transferAsked(asked: TransferAsked): void;
  /** A transfer came to its end, or fitted into one datagram. */
  transferServed(served: TransferServed): void;
  /**
   * RFC 8945 5.2: a signed request (of any kind) that did not verify; `error` as in TSIG: 16 BADSIG, 17 BADKEY, 18 BADTIME.
   * `request`: its octets, only for the time of the call.
   */
  tsigRefused(peer: string, error: number, at: number, request: Uint8Array): void;
}
