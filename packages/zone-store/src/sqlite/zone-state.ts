import type { Name } from '@zonewire/shared-protocol';
import type { Position } from './position.ts';

/** A layer on disk: a row of its own, or a file when it is large. */
export interface StoredLayer {
  readonly id: number;
  /** Octets. */
  readonly size: number;
  readonly inFile: boolean;
}

/** A point in a zone's history. */
export interface HistoryMark {
  readonly position: Position;
  /** Diffs since the zone's beginning, and their octets. */
  readonly ordinal: number;
  readonly total: number;
}

/** What the image holds; diffs from its position on lead from it to the current version. */
export interface StoredImage extends HistoryMark {
  /** Newest first, as in ZoneVersion. */
  readonly layers: readonly StoredLayer[];
}

/** Where the history begins. */
export interface OldestDiff {
  readonly start: Position;
  readonly ordinal: number;
  /** Octets of diffs before this one, since the zone's beginning. */
  readonly totalBefore: number;
}

/** What is on disk of one zone, in short; its mark is where the current version stands. Replaced, never changed. */
export interface ZoneState extends HistoryMark {
  readonly id: number;
  readonly apex: Name;
  /** Missing while only facts are stored. */
  readonly image: StoredImage | undefined;
  readonly oldest: OldestDiff | undefined;
  /** Changes whenever the history is cut: an image begun before that is of no use any more. */
  readonly epoch: number;
  /** Why the stored version cannot be trusted. */
  readonly damage: string | undefined;
}

export function newZoneState(id: number, apex: Name): ZoneState {
  return {
    id,
    apex,
    image: undefined,
    position: 0,
    ordinal: 0,
    total: 0,
    oldest: undefined,
    epoch: 0,
    damage: undefined,
  };
}

export function historyOf(state: ZoneState): { depth: number; bytes: number } {
  if (state.oldest === undefined) return { depth: 0, bytes: 0 };
  return { depth: state.ordinal - state.oldest.ordinal + 1, bytes: state.total - state.oldest.totalBefore };
}

/**
 * The states of all zones, by nameKey. Changes are staged until the transaction they belong to is stored,
 * so that memory never says more than the disk.
 */
export class ZoneStates {
  readonly #stored = new Map<string, ZoneState>();
  readonly #staged = new Map<string, ZoneState | undefined>();

  /** For the operations of a transaction: what those before it have staged included. */
  get(key: string): ZoneState | undefined {
    return this.#staged.size > 0 && this.#staged.has(key) ? this.#staged.get(key) : this.#stored.get(key);
  }

  /** For all others: what is on disk for sure. */
  stored(key: string): ZoneState | undefined {
    return this.#stored.get(key);
  }

  /** What is on disk at the start. */
  restore(key: string, state: ZoneState): void {
    this.#stored.set(key, state);
  }

  /** `undefined` forgets the zone. */
  stage(key: string, state: ZoneState | undefined): void {
    this.#staged.set(key, state);
  }

  commit(): void {
    for (const [key, state] of this.#staged)
      if (state === undefined) this.#stored.delete(key);
      else this.#stored.set(key, state);
    this.#staged.clear();
  }

  rollback(): void {
    this.#staged.clear();
  }

  /** Every zone's state, staged changes included. */
  *all(): Generator<ZoneState> {
    for (const [key, state] of this.#stored) if (!this.#staged.has(key)) yield state;
    for (const state of this.#staged.values()) if (state !== undefined) yield state;
  }
}
