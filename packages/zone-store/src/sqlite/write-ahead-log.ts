import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_PAGES } from './checkpoint.ts';

/** https://www.sqlite.org/fileformat2.html#walformat: a header, then frames of a small header and a page. */
const HEADER = 32;
const FRAME = 24 + 4096;

/** So long after the first commit it gets its length, ms: a start has more urgent things to write. */
const RESERVE_PAUSE = 1_000;

/** The log is moved into the database when it has CHECKPOINT_PAGES; the last group before that may go beyond. */
export const RESERVED_BYTES = HEADER + (CHECKPOINT_PAGES + 250) * FRAME;

export interface WriteAheadLogOptions {
  /** For tests of disks that fail. */
  readonly syncFile?: (fd: number) => void;
  readonly syncFileBehind?: (fd: number, done: (cause: Error | null) => void) => void;
  /** ms */
  readonly reservePause?: number;
}

/**
 * SQLite's write-ahead log, synced here instead of by SQLite (`synchronous=NORMAL`), at the same moment: after COMMIT has written
 * its frames, before anybody is told. SQLite, as Node builds it, calls fsync, which also waits for the file's times, and its log
 * grows with each commit: both make the file system write its own journal. Here it is fdatasync, and into octets that are on disk
 * already. All else stays SQLite's: it syncs the log before a checkpoint, and its header when it starts anew.
 *
 * What follows the last frame is zeros, which recovery takes for the end: a frame carries the log's salts and a checksum.
 */
export class WriteAheadLog {
  readonly #fd: number;
  readonly #syncFile: (fd: number) => void;
  readonly #syncFileBehind: (fd: number, done: (cause: Error | null) => void) => void;
  readonly #reservePause: number;
  #reserving: NodeJS.Timeout | undefined;
  #syncing = false;
  #closed = false;
  #failed: unknown;

  /** The database in `dir` is open. POSIX locks, which closing a file would drop, are on `zones.db`, none on this one. */
  constructor(dir: string, options: WriteAheadLogOptions = {}) {
    const { syncFile = fdatasyncSync, syncFileBehind = fdatasync, reservePause = RESERVE_PAUSE } = options;
    this.#syncFile = syncFile;
    this.#syncFileBehind = syncFileBehind;
    this.#reservePause = reservePause;
    this.#fd = openSync(join(dir, 'zones.db-wal'), 'r+');
  }

  /** Why nothing is read or stored any more: the first sync that failed. What the kernel then has forgotten, a later one would not bring back. */
  get failed(): unknown {
    return this.#failed;
  }

  /** Returns when what SQLite has committed is on disk. */
  sync(): void {
    try {
      this.#syncFile(this.#fd);
    } catch (cause) {
      this.#failed = cause;
      throw cause;
    }
  }

  /** The same on another thread. `done` is told what went wrong, if anything. The log must not be closed before. */
  syncBehind(done: (cause: unknown) => void): void {
    this.#syncFileBehind(this.#fd, (cause) => {
      if (cause !== null) this.#failed = cause;
      done(cause ?? undefined);
    });
  }

  /** A group is stored: soon after the first one the file is made as long as it will become. */
  committed(): void {
    this.#reserving ??= setTimeout(() => this.#reserve(), this.#reservePause).unref();
  }

  /** What the disk does not give is done without. */
  #reserve(): void {
    // No call of SQLite comes in between: nothing it writes is overwritten.
    const size = fstatSync(this.#fd).size;
    if (size >= RESERVED_BYTES) return;
    try {
      const zeros = new Uint8Array(RESERVED_BYTES - size);
      for (let done = 0; done < zeros.length; )
        done += writeSync(this.#fd, zeros, done, zeros.length - done, size + done);
    } catch {
      ftruncateSync(this.#fd, size);
      return;
    }
    // In the background; a failure is met again by the next commit.
    this.#syncing = true;
    fdatasync(this.#fd, () => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#fd);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#reserving);
    if (!this.#syncing) closeSync(this.#fd);
  }
}
