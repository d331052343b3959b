import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ZonewireError } from '@zonewire/shared-protocol';
import { makeDirectory, syncDirectorySync } from './directory.ts';
import { logDamage } from './log-damage.ts';
import { takeCensus } from './zone-rows.ts';

/** `PRAGMA application_id`: the letters "ZWzs". */
const APPLICATION_ID = 0x5a577a73;
/** `PRAGMA user_version`: raised whenever an older Zonewire would misread what a newer one wrote. */
export const FORMAT_VERSION = 2;

/**
 * zone     what is known of a zone beside its records; `held`: zone-rows.ts
 * image    which layers make up the zone at `position`; diffs from there on lead to the current version
 * layer    one packed layer each; large ones are files instead
 * journal  one diff each. `position` and `start` are serials made monotonic: the low 32 bits are the serial, the rest
 *          counts how often it wrapped. So a diff is found by its serial with one seek, without another index.
 *          `ordinal` and `total` count diffs and octets from the zone's beginning: depth and size are differences.
 *
 * Every row carries a CRC-32 over all it says: damage is found in the row where it is, and stays that zone's.
 */
const SCHEMA = `
  CREATE TABLE zone (id INTEGER PRIMARY KEY, apex BLOB NOT NULL, facts TEXT NOT NULL, crc INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE image (zone INTEGER PRIMARY KEY, position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
    total INTEGER NOT NULL, layers TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE layer (id INTEGER PRIMARY KEY, data BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE journal (zone INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, ordinal INTEGER NOT NULL,
    total INTEGER NOT NULL, diff BLOB NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (zone, start)) STRICT, WITHOUT ROWID;
`;

/**
 * Opens (creates) `zones.db` in `dir` for this process alone.
 * @throws ZonewireError `store-in-use`, `store-too-new`, `store-damaged`, `store-open-failed`
 */
export function openDatabase(dir: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makeDirectory(dir);
    db = new DatabaseSync(join(dir, 'zones.db'), { timeout: 0 });
    // The lock is taken by the first access and held until the process ends; no shared-memory file is needed then.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    // Commits are synced by the store (write-ahead-log.ts); what concerns the database as a whole, here, by SQLite.
    db.exec('PRAGMA synchronous = FULL');
    // Checkpoints are made by the store, after the callers have been told (checkpoint.ts).
    db.exec('PRAGMA wal_autocheckpoint = 0');
    // Takes the lock for writing now, so that a second process is told at its start.
    db.exec('BEGIN IMMEDIATE');
    const lost = logDamage(dir);
    if (lost !== undefined) throw databaseDamaged(dir, new Error(lost));
    prepareSchema(db, dir);
    db.exec('COMMIT');
    syncDirectorySync(dir);
    db.exec('PRAGMA synchronous = NORMAL');
    return db;
  } catch (cause) {
    db?.close();
    throw openError(dir, cause);
  }
}

/** Makes an empty database of its own at `path`, for what was saved of a damaged one. */
export function createDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = FULL');
  db.exec(
    `BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION}; COMMIT`,
  );
  return db;
}

function prepareSchema(db: DatabaseSync, dir: string): void {
  const application = pragma(db, 'application_id');
  const version = pragma(db, 'user_version');
  if (application === 0 && version === 0) {
    db.exec(SCHEMA);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${FORMAT_VERSION}`);
    return;
  }
  if (application !== APPLICATION_ID)
    throw new ZonewireError('store-open-failed', `zones.db in ${dir} is not Zonewire's: choose another data-dir`);
  if (version === 1) {
    db.exec('ALTER TABLE zone ADD COLUMN held INTEGER NOT NULL DEFAULT 0');
    takeCensus(db);
    db.exec(`PRAGMA user_version = ${FORMAT_VERSION}`);
  }
  if (version > FORMAT_VERSION)
    throw new ZonewireError(
      'store-too-new',
      `the data in ${dir} was written by a newer Zonewire (format ${version}, this one knows ${FORMAT_VERSION}): ` +
        'start the newer version, or choose another data-dir',
    );
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
}

// https://www.sqlite.org/rescode.html: the low byte of an extended result code is the primary one.
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_NOMEM = 7;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
/** What Node says of an integer beyond 2^53. */
const TOO_LARGE = 'ERR_OUT_OF_RANGE';

function sqliteCode(cause: unknown): number | undefined {
  const errcode = (cause as { errcode?: unknown } | undefined)?.errcode;
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** True when the database itself, not one of our rows, does not read; or a number does not, which is larger than any we write. */
export function isCorruption(cause: unknown): boolean {
  const code = sqliteCode(cause);
  return (
    code === SQLITE_CORRUPT ||
    code === SQLITE_NOTADB ||
    (cause as NodeJS.ErrnoException | undefined)?.code === TOO_LARGE
  );
}

/** The same of an error met while it is opened: then a table that is missing, or there already, is damage too. */
export function isDamage(cause: unknown): boolean {
  if (cause instanceof ZonewireError) return cause.code === 'store-damaged';
  return isCorruption(cause) || sqliteCode(cause) === SQLITE_ERROR;
}

const OF_THE_DISK = new Set([SQLITE_BUSY, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

/** True when the error says nothing of what else is written: a damaged page, a broken rule, a fault of the program. */
export function isOfOneStatement(cause: unknown): boolean {
  return !OF_THE_DISK.has(sqliteCode(cause) ?? 0);
}

/** The words for a directory that could not be opened. */
export function openError(dir: string, cause: unknown): ZonewireError {
  if (cause instanceof ZonewireError) return cause;
  if (sqliteCode(cause) === SQLITE_BUSY)
    return new ZonewireError(
      'store-in-use',
      `another process is using the data directory ${dir}: stop it, or give this one its own data-dir`,
      { cause },
    );
  if (isDamage(cause)) return databaseDamaged(dir, cause);
  const why = openTrouble(cause);
  return new ZonewireError('store-open-failed', `cannot open the data directory ${dir}: ${why}`, { cause });
}

/** An operator's words for it. */
function openTrouble(cause: unknown): string {
  const { code, path, message } = cause as NodeJS.ErrnoException;
  const uid = process.getuid?.() ?? '?';
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return `a file is in its place (${path}); set server.data-dir to a folder`;
  if (code === 'ENOENT') return `the folder cannot be made (${path}); set server.data-dir to another place`;
  if (code === 'EACCES' || code === 'EPERM')
    return `this user (uid ${uid}) may not write there (${path}); make the folder and give it to that user: install -d -o ${uid} DIR`;
  if (code === 'EROFS')
    return `the file system there is read-only (${path}); set server.data-dir to a place that can be written`;
  if (code === 'ENOSPC' || sqliteCode(cause) === SQLITE_FULL) return 'the disk is full; free some space';
  if (sqliteCode(cause) === SQLITE_READONLY || sqliteCode(cause) === SQLITE_CANTOPEN)
    return `this user (uid ${uid}) may not write zones.db there; give the folder and what is in it to that user`;
  return message;
}

export function databaseDamaged(dir: string, cause: unknown): ZonewireError {
  return new ZonewireError(
    'store-damaged',
    `the database zones.db in ${dir} is damaged (${(cause as Error).message}): the next start of the node puts it aside and keeps the zones in it ` +
      'that are whole',
    { cause },
  );
}

/** The words for a commit the disk did not take. */
export function writeError(dir: string, cause: unknown, zone?: string): ZonewireError {
  const code = sqliteCode(cause);
  const errno = (cause as { code?: unknown } | undefined)?.code;
  const syscall = (cause as { syscall?: unknown } | undefined)?.syscall;
  const because =
    code === SQLITE_FULL || errno === 'ENOSPC' || errno === 'EDQUOT'
      ? 'the disk is full; free some space, the next commit is tried as usual'
      : code === SQLITE_READONLY || errno === 'EROFS'
        ? 'it cannot be written (read-only)'
        : isCorruption(cause)
          ? databaseDamaged(dir, cause).message
          : syscall === 'fdatasync'
            ? `the disk could not sync it (${(cause as Error).message}); what it has is not known, so nothing more is stored until this process starts anew`
            : (cause as Error).message;
  return new ZonewireError('store-write-failed', `nothing of this commit is stored in ${dir}: ${because}`, {
    zone,
    cause,
  });
}
