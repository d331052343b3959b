/** How many commits a zone remembers the time of. Replicas further behind are shown as at least that many behind. */
export const COMMIT_HISTORY_SIZE = 1_024;

/** When each of a zone's last serials was committed; bounded. */
export class CommitHistory {
  /** Oldest first; a ring once full, so that 500 commits a second move nothing. */
  readonly #serials: number[] = [];
  readonly #times: number[] = [];
  readonly #index = new Map<number, number>();
  /** Number of commits ever; commit `n` is kept at `n % COMMIT_HISTORY_SIZE`. */
  #next = 0;

  add(serial: number, at: number): void {
    const slot = this.#next % COMMIT_HISTORY_SIZE;
    const old = this.#serials[slot];
    if (old !== undefined && this.#index.get(old) === this.#next - COMMIT_HISTORY_SIZE) this.#index.delete(old);
    this.#serials[slot] = serial;
    this.#times[slot] = at;
    this.#index.set(serial, this.#next++);
  }

  /** ms since the epoch. */
  committedAt(serial: number): number | undefined {
    const position = this.#index.get(serial);
    return position === undefined ? undefined : this.#times[position % COMMIT_HISTORY_SIZE];
  }

  /**
   * What a replica that answers with `serial` lacks: number of commits, and the time of the oldest of them.
   * A serial older than the history lacks at least all of it. With nothing known of it: undefined.
   */
  since(serial: number): { readonly count: number; readonly oldestAt: number } | undefined {
    const position = this.#index.get(serial);
    const first = Math.max(position === undefined ? 0 : position + 1, this.#next - COMMIT_HISTORY_SIZE);
    if (first >= this.#next) return undefined;
    return { count: this.#next - first, oldestAt: this.#times[first % COMMIT_HISTORY_SIZE] };
  }
}
