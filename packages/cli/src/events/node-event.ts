import type { DelegationFinding, Severity } from '@zonewire/delegation';
import type { TransferEvent } from '@zonewire/nameserver';
import type { ReplicaEvent } from '@zonewire/replicas';

/** A version that this node, as a secondary, has installed. Times in ms since the epoch, by its own clock. */
export interface ReceiptEvent {
  readonly kind: 'receipt';
  /** Presentation form, absolute, lower case. */
  readonly zone: string;
  readonly at: number;
  /** The identity of the node. */
  readonly node: string;
  readonly serial: number;
  /** Id of the primary it came from. */
  readonly from?: string;
  readonly type?: 'axfr' | 'ixfr' | 'axfr-style-ixfr';
  readonly transferredAt?: number;
  readonly verifiedAt?: number;
  readonly journaledAt?: number;
  readonly servedAt?: number;
  readonly expireAt?: number;
  readonly refreshAt?: number;
  /** SHA-384 over the content in canonical form; comes later than the rest, in a receipt of its own, once the zone is at rest. */
  readonly digest?: string;
}

/** How a zone stands has changed, or a round of it failed. */
export interface ZoneEvent {
  readonly kind: 'zone';
  readonly zone: string;
  readonly at: number;
  readonly role: 'primary' | 'secondary';
  readonly what: 'published' | 'expired' | 'revived' | 'failed' | 'frozen' | 'thawed' | 'problem';
  readonly serial?: number;
  readonly expireAt?: number;
  readonly code?: string;
  readonly message?: string;
}

/** Findings of the delegation checks that came or went. */
export interface DelegationEvent {
  readonly kind: 'delegation';
  readonly zone: string;
  readonly at: number;
  /** The worst finding that there is now. */
  readonly state: 'fine' | Severity;
  readonly appeared: readonly DelegationEventFinding[];
  readonly gone: readonly DelegationEventFinding[];
}

type DelegationEventFinding = Pick<DelegationFinding, 'code' | 'severity' | 'subject' | 'message'>;

/** Everything that `GET /api/v1/events` tells of. */
export type NodeEvent = ReplicaEvent | ReceiptEvent | ZoneEvent | TransferEvent | DelegationEvent;
export type NodeEventKind = NodeEvent['kind'];

export const NODE_EVENT_KINDS = [
  'committed',
  'moment',
  'probe-failed',
  'health',
  'receipt',
  'zone',
  'transfer',
  'delegation',
] as const satisfies readonly NodeEventKind[];
