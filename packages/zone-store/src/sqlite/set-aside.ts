import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectorySync } from './directory.ts';

const DATABASE = 'zones.db';
/** As long as it is there, a zone that is not stored may be one that was lost with it. */
const ASIDE = 'zones.db.damaged';
const FRESH = 'zones.db.new';
const SUSPECT = 'zones.db.suspect';

/** Where a damaged database goes: out of the way, so that the node starts, and not away, so that nothing is lost that a person could still read. */
export class SetAside {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Its name; `undefined` when there is none. */
  get name(): string | undefined {
    return existsSync(this.#path(ASIDE)) ? ASIDE : undefined;
  }

  /**
   * The folder of layer files is made when the database is on disk: one without a single page has lost them all. To SQLite it is a new one,
   * and so is one of a single octet (its unixFileSize).
   */
  get isCutToNothing(): boolean {
    const database = statSync(this.#path(DATABASE), { throwIfNoEntry: false });
    return database !== undefined && database.size <= 1 && existsSync(this.#path('images'));
  }

  /** Path of a database that may take the damaged one's place. */
  get fresh(): string {
    return this.#path(FRESH);
  }

  removeFresh(): void {
    for (const end of ['', '-journal', '-wal']) rmSync(`${this.fresh}${end}`, { force: true });
  }

  /** The database and its layer files are put aside; there is none any more. One that was put aside before is given up. */
  putAside(): void {
    rmSync(this.#path('images.damaged'), { recursive: true, force: true });
    if (existsSync(this.#path('images'))) renameSync(this.#path('images'), this.#path('images.damaged'));
    this.#moveDatabase();
    syncDirectorySync(this.#dir);
  }

  /** The same, and the fresh one, which names some of the same layer files, takes its place. */
  replaceByFresh(): void {
    this.#moveDatabase();
    renameSync(this.fresh, this.#path(DATABASE));
    syncDirectorySync(this.#dir);
  }

  /** The next start looks at every page of the database. */
  suspect(): void {
    try {
      writeFileSync(this.#path(SUSPECT), '');
    } catch {
      // The disk is sick; whoever wanted to write is told.
    }
  }

  get isSuspect(): boolean {
    return existsSync(this.#path(SUSPECT));
  }

  trust(): void {
    rmSync(this.#path(SUSPECT), { force: true });
  }

  #moveDatabase(): void {
    for (const end of ['-wal', '-journal']) {
      rmSync(this.#path(`${ASIDE}${end}`), { force: true });
      if (existsSync(this.#path(`${DATABASE}${end}`)))
        renameSync(this.#path(`${DATABASE}${end}`), this.#path(`${ASIDE}${end}`));
    }
    renameSync(this.#path(DATABASE), this.#path(ASIDE));
  }

  #path(file: string): string {
    return join(this.#dir, file);
  }
}
