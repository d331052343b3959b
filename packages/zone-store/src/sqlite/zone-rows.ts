import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { fail, type Name, ok, type Result } from '@zonewire/shared-protocol';
import type { Facts } from '../port.ts';
import { rowChecksum } from './checksum.ts';

/** Not a zone: how many there are. */
const CENSUS = 0;
const NO_APEX = new Uint8Array();

/**
 * The table `zone`: apex, facts, and up to where the zone was committed when they were written. One row more tells how many zones there
 * are, with a sum over their names: SQLite does not always notice when a damaged page hides some.
 */
export class ZoneRows {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;
  readonly #writeCensus: StatementSync;
  #stored: Census;
  #staged: Census;

  /** `found`: the zones there are. */
  constructor(db: DatabaseSync, found: Census = NOBODY) {
    this.#insert = db.prepare('INSERT INTO zone (id, apex, facts, crc, held) VALUES (?, ?, ?, ?, ?)');
    this.#update = db.prepare('UPDATE zone SET facts = ?, crc = ?, held = ? WHERE id = ?');
    this.#select = db.prepare('SELECT facts, crc, held FROM zone WHERE id = ?');
    this.#delete = db.prepare('DELETE FROM zone WHERE id = ?');
    this.#writeCensus = db.prepare(writeCensus());
    this.#stored = found;
    this.#staged = found;
  }

  /** `facts` as JSON text; `held`: see {@link heldAt}. */
  insert(id: number, apex: Name, facts: string, held: number): void {
    this.#insert.run(id, apex, facts, checksum(id, apex, facts, held), held);
    this.#staged = withZone(this.#staged, apex);
  }

  setFacts(id: number, apex: Name, facts: string, held: number): void {
    this.#update.run(facts, checksum(id, apex, facts, held), held, id);
  }

  /** Before a transaction is committed. */
  stageCensus(): void {
    if (this.#staged === this.#stored) return;
    const text = JSON.stringify(this.#staged);
    this.#writeCensus.run(CENSUS, NO_APEX, text, checksum(CENSUS, NO_APEX, text, 0));
  }

  /** The transaction is stored, or not. */
  settled(isStored: boolean): void {
    if (isStored) this.#stored = this.#staged;
    else this.#staged = this.#stored;
  }

  facts(id: number, apex: Name): Result<Facts> {
    const row = this.#select.get(id) as { facts: string; crc: number; held: number } | undefined;
    if (row === undefined) return fail('facts-damaged', 'its row of facts is missing');
    if (row.crc !== checksum(id, apex, row.facts, row.held))
      return fail('facts-damaged', 'its facts do not match their checksum');
    return ok(JSON.parse(row.facts));
  }

  delete(id: number, apex: Name): void {
    this.#delete.run(id);
    this.#staged = withZone(this.#staged, apex, -1);
  }
}

/** The zones of a store: how many, and the sum of the CRC-32 of their names. */
export interface Census {
  readonly zones: number;
  readonly names: number;
}

export function withZone({ zones, names }: Census, apex: Uint8Array, count: 1 | -1 = 1): Census {
  return { zones: zones + count, names: names + count * crc32(apex) };
}

/** Counts the zones and writes it down, in the attached database whose name `of` begins with; nothing else is writing. */
export function takeCensus(db: DatabaseSync, of = ''): void {
  let census = NOBODY;
  for (const { apex } of db.prepare(`SELECT apex FROM ${of}zone WHERE id > 0`).iterate())
    census = withZone(census, apex as Uint8Array);
  const text = JSON.stringify(census);
  db.prepare(writeCensus(of)).run(CENSUS, NO_APEX, text, checksum(CENSUS, NO_APEX, text, 0));
}

function writeCensus(of = ''): string {
  return `INSERT OR REPLACE INTO ${of}zone (id, apex, facts, crc, held) VALUES (?, ?, ?, ?, 0)`;
}

export const NOBODY: Census = { zones: 0, names: 0 };

export function isCensus(row: { readonly id: number }): boolean {
  return row.id === CENSUS;
}

/** What the row of the census says; `undefined`: it is damaged. */
export function censusOf(row: { readonly facts: unknown; readonly crc: unknown }): Census | undefined {
  if (typeof row.facts !== 'string' || row.crc !== checksum(CENSUS, NO_APEX, row.facts, 0)) return undefined;
  return JSON.parse(row.facts);
}

/** 0: no version. Else one more than the position at which the zone stands when its row is written; it may have gone on since. */
export function heldAt(position: number | undefined): number {
  return position === undefined ? 0 : position + 1;
}

/** Rows that format 1 has written say nothing of a position. */
function checksum(id: number, apex: Uint8Array, facts: string, held: number): number {
  return rowChecksum(held === 0 ? [id, facts] : [id, facts, held], apex);
}
