import type { HealthState, ReplicaEvent } from '../model.ts';

/** What a webhook can be told of: the states that are not well, and `recovered` when one told of is over. */
export const ALERTS = [
  'behind',
  'expiring',
  'expired',
  'diverged',
  'unreachable',
  'refusing',
  'ahead',
  'recovered',
] as const;
export type AlertKind = (typeof ALERTS)[number];

/** One thing that a webhook is told, as it stands in the body. Times in ms since the epoch. */
export interface Alert {
  readonly event: AlertKind;
  readonly zone: string;
  readonly secondary: string;
  /** Since when it is so. */
  readonly since: number;
  readonly serial?: number;
  readonly reason: string;
  readonly next: string;
}

export type HealthEvent = ReplicaEvent & { readonly kind: 'health' };

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
