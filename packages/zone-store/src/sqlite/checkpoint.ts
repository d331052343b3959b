import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Pages in the write-ahead log (4 KiB each) from which on it is moved into the database. */
export const CHECKPOINT_PAGES = 1000;

/**
 * Moves the write-ahead log into the database when it has grown, after the callers of a group were told and not before:
 * SQLite's own checkpoint runs inside COMMIT and would make every three-hundredth caller wait for its two syncs.
 */
export class Checkpoint {
  readonly #look: StatementSync;
  readonly #run: StatementSync;
  #scheduled: NodeJS.Immediate | undefined;
  #next = CHECKPOINT_PAGES;
  count = 0;

  constructor(db: DatabaseSync) {
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#run = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** To be called after each commit. */
  committed(): void {
    if (this.#scheduled !== undefined || this.#pages() < this.#next) return;
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
