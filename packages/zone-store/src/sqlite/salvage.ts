import type { DatabaseSync } from 'node:sqlite';
import { createDatabase, isDamage, openDatabase } from './database.ts';
import { type Recovered, recoverStore, recoverVersion } from './recovery.ts';
import type { SetAside } from './set-aside.ts';
import { takeCensus } from './zone-rows.ts';
import type { ZoneState } from './zone-state.ts';

export interface Opened {
  readonly db: DatabaseSync;
  readonly recovered: Recovered;
}

/**
 * Opens the database in `dir` and looks at what is in it. One that is damaged is put aside, and what is whole in it goes into a new one.
 * A zone that is not there then may have been lost: {@link SetAside.name}.
 */
export function openOrSalvage(dir: string, aside: SetAside): Opened {
  if (aside.isCutToNothing) aside.putAside();
  try {
    const opened = open(dir, aside.isSuspect);
    if (opened.recovered.suspicion !== undefined) saveWhole(opened, aside);
    else {
      aside.trust();
      return opened;
    }
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    aside.putAside();
  }
  return open(dir, false);
}

function open(dir: string, suspect: boolean): Opened {
  const db = openDatabase(dir);
  try {
    return { db, recovered: recoverStore(dir, db, suspect) };
  } catch (cause) {
    close(db);
    throw cause;
  }
}

/** Copies every zone that verifies into a new database, row by row, which then takes the place of the damaged one. */
function saveWhole({ db, recovered }: Opened, aside: SetAside): void {
  aside.removeFresh();
  createDatabase(aside.fresh).close();
  try {
    db.exec(`ATTACH DATABASE '${aside.fresh.replaceAll("'", "''")}' AS fresh`);
    db.exec('BEGIN');
    for (const state of recovered.parts.states.all()) {
      db.exec('SAVEPOINT zone');
      try {
        copyZone(db, recovered, state);
      } catch {
        // It stays in what is put aside.
        db.exec('ROLLBACK TO zone');
      }
      db.exec('RELEASE zone');
    }
    takeCensus(db, 'fresh.');
    db.exec('COMMIT');
    db.exec('DETACH DATABASE fresh');
  } finally {
    close(db);
  }
  aside.replaceByFresh();
  aside.trust();
}

/** Throws when anything of it is damaged. */
function copyZone(db: DatabaseSync, { parts }: Recovered, state: ZoneState): void {
  const { journal, layers, zones } = parts;
  if (!zones.facts(state.id, state.apex).ok) throw new Error('its facts are damaged');
  const copy = (table: string, key: string, id: number) =>
    db.prepare(`INSERT INTO fresh.${table} SELECT * FROM main.${table} WHERE ${key} = ?`).run(id);
  copy('zone', 'id', state.id);
  if (state.image === undefined && state.damage === undefined) return;
  if (!recoverVersion(state, layers, journal).ok) throw new Error('its version is damaged');
  copy('image', 'zone', state.id);
  copy('journal', 'zone', state.id);
  for (const { id, inFile } of state.image?.layers ?? []) if (!inFile) copy('layer', 'id', id);
}

/** What of a damaged database cannot be written back is put aside as it is. */
function close(db: DatabaseSync): void {
  try {
    db.close();
  } catch {
    // As before.
  }
}
