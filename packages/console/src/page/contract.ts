// What the HTTP API gives, as far as the console reads it (openapi.json has it all). Times: ms since the epoch by the node's clock.

export type HealthState =
  | 'in-sync'
  | 'behind'
  | 'unreachable'
  | 'refusing'
  | 'expiring'
  | 'expired'
  | 'ahead'
  | 'diverged'
  | 'unknown';

export interface Health {
  readonly state: HealthState;
  readonly since: number;
  readonly reason: string;
  readonly next: string;
}

export interface Place {
  readonly label: string;
  readonly latitude: number;
  readonly longitude: number;
}

export type HealthCounts = Readonly<Record<HealthState, number>>;

export interface Secondary {
  readonly id: string;
  readonly address: string;
  readonly place?: Place;
  readonly zones: number;
  readonly health: HealthCounts;
  readonly worst: HealthState;
  /** ms */
  readonly lag?: { readonly p50: number; readonly p99: number; readonly latest: number };
  readonly skewMs?: number;
  readonly nodes?: readonly string[];
}

export interface Overview {
  readonly node: { readonly identity: string; readonly version?: string; readonly place?: Place };
  readonly counts: { readonly zones: number; readonly secondaries: number; readonly health: HealthCounts };
  readonly secondaries: readonly Secondary[];
}

/** One zone at one secondary. */
export interface Replica {
  readonly id: string;
  readonly address: string;
  readonly serial?: number;
  readonly servedAt?: number;
  readonly committedAt?: number;
  readonly lagMs?: number;
  readonly serialsBehind?: number;
  readonly state: 'in-sync' | 'behind' | 'unreachable' | 'unknown';
  readonly acknowledgedAt?: number;
  readonly attempts: number;
  readonly lastError?: string;
  readonly health?: Health;
  readonly nodes?: readonly { readonly node: string; readonly serial?: number; readonly seenAt: number }[];
  /** `fraction` of the expire time that has passed, 0 to 1. */
  readonly expiry?: { readonly at: number; readonly fraction: number };
  readonly skewMs?: number;
  /** The last time that its copy was transferred and compared, or why it was not. */
  readonly comparison?: { readonly at: number; readonly result: string; readonly reason: string };
}

export interface ZoneReplicas {
  readonly zone: string;
  readonly serial?: number;
  readonly committedAt?: number;
  readonly replicas: readonly Replica[];
}

export interface ReplicasPage {
  /** How many zones match, of which `zones` are some. */
  readonly total: number;
  readonly zones: readonly ZoneReplicas[];
}

export interface ZoneStatus {
  readonly zone: string;
  readonly role: 'primary' | 'secondary';
  readonly state: 'serving' | 'loading' | 'expired' | 'frozen' | 'failed';
  readonly records?: number;
  readonly bytes?: number;
  readonly served?: { readonly serial: number; readonly at: number };
  readonly received?: { readonly serial: number; readonly at: number };
  readonly refreshAt?: number;
  readonly expireAt?: number;
  readonly lastCheck?: { readonly at: number; readonly from: string; readonly result: string };
  readonly lastTransfer?: {
    readonly at: number;
    readonly type: string;
    readonly from: string;
    readonly records: number;
    readonly bytes: number;
    readonly ms: number;
    readonly toSerial: number;
  };
  readonly lastError?: { readonly at: number; readonly code: string; readonly message: string };
  readonly warnings?: readonly string[];
  readonly journal?: { readonly depth: number; readonly bytes: number };
}

export type MomentName = 'notified' | 'acknowledged' | 'transferred' | 'verified' | 'answered';

export interface TimelineSecondary {
  readonly id: string;
  readonly node?: string;
  readonly notifiedAt?: number;
  readonly acknowledgedAt?: number;
  readonly transferredAt?: number;
  readonly verifiedAt?: number;
  readonly answeredAt?: number;
  readonly lagMs?: number;
}

export interface TimelineSerial {
  readonly serial: number;
  readonly committedAt?: number;
  readonly secondaries: readonly TimelineSecondary[];
}

/** Newest serial first. */
export interface Timeline {
  readonly zone: string;
  readonly serials: readonly TimelineSerial[];
}

export interface LagBucket {
  readonly from: number;
  readonly seconds: number;
  readonly secondary: string;
  readonly count: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface QueuedNotify {
  readonly zone: string;
  readonly secondary: string;
  readonly address: string;
  readonly serial: number;
  readonly attempts: number;
  readonly since: number;
  readonly nextAt?: number;
  readonly acknowledgedAt?: number;
  /** The likely reason that it is acknowledged and not fetched. */
  readonly likely?: string;
}

export interface Transfer {
  readonly zone: string;
  readonly direction: 'in' | 'out';
  readonly peer: string;
  readonly type: string;
  readonly startedAt: number;
  readonly octets: number;
  readonly records: number;
  readonly expectedRecords?: number;
}

export interface CommittedEvent {
  readonly kind: 'committed';
  readonly zone: string;
  readonly serial: number;
  readonly serials?: readonly number[];
  readonly at: number;
}

export interface MomentEvent {
  readonly kind: 'moment';
  readonly moment: MomentName;
  readonly zone: string;
  readonly secondary: string;
  readonly node?: string;
  readonly serial: number;
  readonly at: number;
  readonly source: string;
  readonly lagMs?: number;
  /** Told before, less exactly. */
  readonly corrected?: true;
}

export interface ProbeFailedEvent {
  readonly kind: 'probe-failed';
  readonly zone: string;
  readonly secondary: string;
  readonly at: number;
  readonly reason: string;
}

export interface HealthEvent {
  readonly kind: 'health';
  readonly zone: string;
  readonly secondary: string;
  readonly at: number;
  readonly from: HealthState;
  readonly to: Health;
  readonly serial?: number;
}

/** Kinds that the console only names. */
export interface OtherEvent {
  readonly kind: 'receipt' | 'zone' | 'transfer';
  readonly zone?: string;
  readonly at?: number;
}

export type NodeEvent = CommittedEvent | MomentEvent | ProbeFailedEvent | HealthEvent | OtherEvent;
