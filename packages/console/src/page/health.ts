import type { Health, HealthCounts, HealthState, Replica } from './contract.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'none';

/** How a health looks: a word, a shape of its own and a colour, so that none of the three is needed to tell. */
export interface Look {
  readonly word: string;
  readonly tone: Tone;
  /** SVG path in a square of 12 x 12. */
  readonly path: string;
  /** Drawn as a line instead of filled. */
  readonly hollow?: boolean;
}

/** From worst to best. */
export const STATES: readonly HealthState[] = [
  'expired',
  'diverged',
  'expiring',
  'refusing',
  'unreachable',
  'ahead',
  'behind',
  'unknown',
  'in-sync',
];

const LOOKS: Readonly<Record<HealthState, Look>> = {
  'in-sync': { word: 'in sync', tone: 'good', path: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9Z' },
  behind: { word: 'behind', tone: 'warn', path: 'M6 1L11.3 10.5H.7Z' },
  expiring: { word: 'expiring', tone: 'warn', path: 'M1.5 1h9L7 6l3.5 5h-9L5 6Z' },
  ahead: { word: 'ahead', tone: 'info', path: 'M1.5 .8L11 6L1.5 11.2Z' },
  unreachable: { word: 'unreachable', tone: 'bad', path: 'M2 2L10 10M10 2L2 10', hollow: true },
  refusing: { word: 'refusing', tone: 'bad', path: 'M6 .5L11.5 6L6 11.5L.5 6Z' },
  expired: { word: 'expired', tone: 'bad', path: 'M1.5 1.5h9v9h-9Z' },
  diverged: { word: 'diverged', tone: 'bad', path: 'M1.5 4h9M1.5 8h9M8.5 1L3.5 11', hollow: true },
  unknown: { word: 'unknown', tone: 'none', path: 'M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8Z', hollow: true },
};

/** A state of a newer node than this page is shown as unknown. */
export function lookOf(state: HealthState): Look {
  return LOOKS[state] ?? LOOKS.unknown;
}

/** A node that gives no reasons has at least a state. */
export function healthOf({ health, state, lastError, servedAt, committedAt }: Replica): Health {
  if (health !== undefined) return health;
  return { state, since: servedAt ?? committedAt ?? 0, reason: state === 'in-sync' ? '' : (lastError ?? ''), next: '' };
}

/** The worst state that occurs. */
export function worstOf(counts: HealthCounts): HealthState {
  return STATES.find((state) => counts[state] > 0) ?? 'unknown';
}

/** What is not in sync, worst first. */
export function troubles(counts: HealthCounts): readonly (readonly [HealthState, number])[] {
  return STATES.filter((state) => state !== 'in-sync' && counts[state] > 0).map((state) => [state, counts[state]]);
}
