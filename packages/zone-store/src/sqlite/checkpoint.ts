import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Pages in the write-ahead log (4 KiB each) from which on it is moved into the database. */
export const CHECKPOINT_PAGES = 1000;

/** What a commit writes beside its octets, at most: interior pages, the zone's row, an image's. */
const PAGES_A_COMMIT = 8;

/**
 * Moves the write-ahead log into the database when it has grown, after the callers of a group were told and not before:
 * SQLite's own checkpoint runs inside COMMIT and would make every three-hundredth caller wait for its two syncs.
 */
export class Checkpoint {
  readonly #look: StatementSync;
  readonly #run: StatementSync;
  #scheduled: NodeJS.Immediate | undefined;
  #next = CHECKPOINT_PAGES;
  /** Pages of the log at the last look, and about as many as came since, rather too many. */
  #estimate = 0;
  count = 0;

  constructor(db: DatabaseSync) {
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#run = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** To be called after each commit, with about as many octets as it had. Asking SQLite each time would be half of a small one's cost. */
  committed(bytes: number): void {
    this.#estimate += PAGES_A_COMMIT + bytes / 2048;
    if (this.#scheduled !== undefined || this.#estimate < this.#next) return;
    this.#estimate = this.#pages();
    if (this.#estimate < this.#next) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#checkpoint();
    });
  }

  cancel(): void {
    clearImmediate(this.#scheduled);
  }

  #checkpoint(): void {
    try {
      this.#run.get();
      this.#next = CHECKPOINT_PAGES;
      this.#estimate = 0;
      this.count++;
    } catch {
      // The disk is full or sick. The log keeps everything; try again when it has grown by as much.
      this.#next = this.#pages() + CHECKPOINT_PAGES;
    }
  }

  #pages(): number {
    try {
      return (this.#look.get() as { log: number }).log;
    } catch {
      return 0;
    }
  }
}
