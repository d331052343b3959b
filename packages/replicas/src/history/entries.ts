import type { LagBucket, Moment, SerialTimes } from '../model.ts';

/** What is written: a commit with its serials, or the first time that something happened to a serial at a secondary. */
export type HistoryEntry =
  | { readonly zone: string; readonly serials: readonly number[]; readonly at: number }
  | {
      readonly zone: string;
      readonly serial: number;
      readonly secondary: string;
      /** '' for the secondary as a whole. */
      readonly node: string;
      readonly moment: Moment;
      readonly at: number;
      /** undefined: it is in the lag history already, as it was known then. */
      readonly lagMs: number | undefined;
    };

export interface LagQuery {
  /** Only this zone; then percentiles are exact. */
  readonly zone?: string | undefined;
  readonly secondary?: string | undefined;
  /** ms since the epoch. */
  readonly since: number;
  readonly now: number;
}

export interface HistoryLimits {
  /** ms */
  readonly maxAge: number;
  /** Serial × secondary; 0: no history is kept. */
  readonly maxRows: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = { maxAge: 30 * 86_400_000, maxRows: 1_000_000 };

export interface HistoryStart {
  readonly path: string;
  readonly limits: HistoryLimits;
}

export type HistoryQuestion =
  | { readonly kind: 'timeline'; readonly zone: string; readonly limit: number }
  | { readonly kind: 'lag'; readonly query: LagQuery };

export type ToHistory =
  | { readonly kind: 'write'; readonly entries: readonly HistoryEntry[]; readonly now: number }
  | { readonly kind: 'ask'; readonly id: number; readonly question: HistoryQuestion }
  | { readonly kind: 'close' };

export type FromHistory =
  | { readonly kind: 'written'; readonly rows: number; readonly forgotten: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: SerialTimes[] | LagBucket[] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' };
