/**
 * What a node says of one zone, for the control API, the metrics and the console. Plain data (JSON as it stands):
 * serials are unsigned 32-bit numbers, times are milliseconds since the epoch, sizes are octets.
 */
export interface SerialAt {
  readonly serial: number;
  /** When this serial was first seen in this role, ms since the epoch. */
  readonly at: number;
}

export type ZoneState = 'serving' | 'loading' | 'expired' | 'frozen' | 'failed';

export interface ZoneStatus {
  /** Presentation form with final dot. */
  readonly zone: string;
  readonly role: 'primary' | 'secondary';
  /** `failed`: nothing can be served, the reason is `lastError`. `frozen` is served, and refuses dynamic updates. */
  readonly state: ZoneState;
  readonly records?: number;
  readonly bytes?: number;
  /** The three serials: heard of, transferred (or loaded), answered with. */
  readonly notified?: SerialAt;
  readonly received?: SerialAt;
  readonly served?: SerialAt;
  readonly refreshAt?: number;
  readonly expireAt?: number;
  readonly refreshing?: boolean;
  readonly lastCheck?: SoaCheck;
  readonly lastTransfer?: TransferSummary;
  readonly lastError?: StatusError;
  readonly warnings?: readonly string[];
  readonly primaries?: readonly PrimaryPeerStatus[];
  /** One entry for each target of NOTIFY: where the replicas stand. */
  readonly notify?: readonly ReplicaLag[];
  readonly journal?: JournalStatus;
  readonly file?: ZoneFileStatus;
  /** Of the version that is served. What was refused is `lastError`. */
  readonly verification?: VerificationStatus;
  /** SHA-384 over the content in canonical form, once somebody has wanted to compare it. */
  readonly content?: { readonly serial: number; readonly digest: string };
  /** Absent: not checked here, or not yet. */
  readonly delegation?: DelegationSummary;
}

/** What is counted and drawn of every zone: cheap enough to be asked of 10,000 at a time. The same as in {@link ZoneStatus}. */
export interface ZoneGlance {
  readonly zone: string;
  readonly role: ZoneStatus['role'];
  readonly state: ZoneState;
  /** The serial that it is answered with. */
  readonly serial: number | undefined;
  readonly expireAt: number | undefined;
  /** SOA EXPIRE, seconds, of the version that is held. */
  readonly expire: number | undefined;
  /** There is a `lastError`. */
  readonly hasFailed: boolean;
}

/** What the last check of the delegation has found. */
export interface DelegationSummary {
  readonly at: number;
  /** The worst finding. */
  readonly state: 'fine' | 'error' | 'warning' | 'notice';
  readonly errors: number;
  readonly warnings: number;
  readonly notices: number;
}

/** What verifying a version before it was served has found. */
export interface VerificationStatus {
  readonly at: number;
  readonly serial: number;
  readonly ms: number;
  /** Absent: not looked at. `unsupported`: only schemes or hashes that cannot be checked. */
  readonly zonemd?: 'verified' | 'failed' | 'absent' | 'unsupported';
  readonly dnssec?: 'valid' | 'invalid' | 'unsigned';
  /** When the first signature expires that resolvers need. */
  readonly signaturesExpireAt?: number;
  /** What is wrong and served all the same (mode `log`); each a sentence. */
  readonly findings: readonly string[];
}

export interface SoaCheck {
  readonly at: number;
  readonly from: string;
  readonly serial?: number;
  readonly result: string;
}

export interface TransferSummary {
  readonly at: number;
  readonly type: 'axfr' | 'ixfr' | 'axfr-style-ixfr';
  readonly from: string;
  readonly records: number;
  readonly bytes: number;
  readonly ms: number;
  readonly fromSerial?: number;
  readonly toSerial: number;
}

export interface StatusError {
  readonly at: number;
  readonly code: string;
  /** One sentence for an operator: what happened, where, what to do. */
  readonly message: string;
}

export interface PrimaryPeerStatus {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly lastError?: StatusError;
}

export interface JournalStatus {
  /** Number of stored differences. */
  readonly depth: number;
  readonly bytes: number;
  /** IXFR is answered with differences from this serial on. */
  readonly oldestSerial?: number;
}

export interface ZoneFileStatus {
  readonly path: string;
  /** When the served data was last taken from the file. */
  readonly loadedAt: number;
  /** The serial as it stands in the file; it may be behind the served one (serial-policy, dynamic updates). */
  readonly serial: number;
  /** Commits by dynamic update or API since then: what a plain reload of a changed file would lose, and so refuses. */
  readonly dynamicUpdatesSince: number;
}

/** Where one target of NOTIFY (a secondary) stands. */
export interface ReplicaLag {
  /** The id of the remote. */
  readonly id: string;
  /** `host:port` last used. */
  readonly address: string;
  /** The serial it was last seen to answer with. */
  readonly serial?: number;
  /** When the current serial was first seen to be answered by it; absent while it is behind. */
  readonly servedAt?: number;
  /** When the serial that `lagMs` speaks of was committed here. */
  readonly committedAt?: number;
  /** in-sync: ms from commit to seen served. behind: ms since the oldest commit that it lacks. */
  readonly lagMs?: number;
  /** Number of commits that it lacks, as far as the bounded history of commits knows. */
  readonly serialsBehind?: number;
  readonly state: 'in-sync' | 'behind' | 'unreachable' | 'unknown';
  /** When it last acknowledged a NOTIFY. Acknowledged is not applied. */
  readonly acknowledgedAt?: number;
  /** NOTIFYs sent for the current serial without its being seen served. */
  readonly attempts: number;
  /** When the next NOTIFY is due; absent: none is. */
  readonly notifyAt?: number;
  readonly lastError?: string;
}
