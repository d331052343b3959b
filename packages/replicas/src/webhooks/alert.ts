import type { HealthState, ReplicaEvent } from '../model.ts';

/** What a webhook can be told of: states that are not well, what is wrong with a delegation, and `recovered` when one told of is over. */
export const ALERTS = [
  'behind',
  'expiring',
  'expired',
  'diverged',
  'unreachable',
  'refusing',
  'ahead',
  'delegation',
  'recovered',
] as const;
export type AlertKind = (typeof ALERTS)[number];

/** One thing that a webhook is told, as it stands in the body. Times in ms since the epoch. */
export interface Alert {
  readonly event: AlertKind;
  readonly zone: string;
  /** Of health: the id of the secondary; of a zone that this node is secondary for, its own identity. */
  readonly secondary?: string;
  /** Of a delegation: which finding (docs/delegation.md), about what, how bad. */
  readonly finding?: string;
  readonly subject?: string;
  readonly severity?: string;
  /** Since when it is so. */
  readonly since: number;
  readonly serial?: number;
  readonly reason: string;
  readonly next: string;
}

export type HealthEvent = ReplicaEvent & { readonly kind: 'health' };

/** A finding of a delegation check. */
export interface AlertFinding {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
  readonly advice: string;
}

/** Texts may come from a peer. */
const MAX_TEXT = 1_000;

/** Undefined for a state that says nothing: unknown. */
export function alertKind(state: HealthState): AlertKind | undefined {
  if (state === 'unknown') return undefined;
  return state === 'in-sync' ? 'recovered' : state;
}

export function alertOf(event: AlertKind, { zone, secondary, to, serial }: HealthEvent): Alert {
  return {
    event,
    zone,
    secondary,
    since: to.since,
    ...(serial === undefined ? {} : { serial }),
    reason: to.reason.slice(0, MAX_TEXT),
    next: to.next.slice(0, MAX_TEXT),
  };
}

/** `event`: `delegation` where it has come, `recovered` where it is gone. */
export function findingAlert(event: 'delegation' | 'recovered', zone: string, at: number, one: AlertFinding): Alert {
  const { code, severity, subject, message, advice } = one;
  return {
    event,
    zone,
    finding: code,
    subject: subject.slice(0, MAX_TEXT),
    severity,
    since: at,
    reason: event === 'recovered' ? `no longer: ${message}`.slice(0, MAX_TEXT) : message.slice(0, MAX_TEXT),
    next: event === 'recovered' ? '' : advice.slice(0, MAX_TEXT),
  };
}
