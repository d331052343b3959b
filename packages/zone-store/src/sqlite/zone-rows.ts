import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fail, type Name, ok, type Result } from '@zonewire/shared-protocol';
import type { Facts } from '../port.ts';
import { rowChecksum } from './checksum.ts';

/** The table `zone`: apex and facts. */
export class ZoneRows {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO zone (id, apex, facts, crc) VALUES (?, ?, ?, ?)');
    this.#update = db.prepare('UPDATE zone SET facts = ?, crc = ? WHERE id = ?');
    this.#select = db.prepare('SELECT facts, crc FROM zone WHERE id = ?');
    this.#delete = db.prepare('DELETE FROM zone WHERE id = ?');
  }

  /** `facts` as JSON text. */
  insert(id: number, apex: Name, facts: string): void {
    this.#insert.run(id, apex, facts, rowChecksum([id, facts], apex));
  }

  setFacts(id: number, apex: Name, facts: string): void {
    this.#update.run(facts, rowChecksum([id, facts], apex), id);
  }

  facts(id: number, apex: Name): Result<Facts> {
    const row = this.#select.get(id) as { facts: string; crc: number } | undefined;
    if (row === undefined) return fail('facts-damaged', 'its row of facts is missing');
    if (row.crc !== rowChecksum([id, row.facts], apex))
      return fail('facts-damaged', 'its facts do not match their checksum');
    return ok(JSON.parse(row.facts));
  }

  delete(id: number): void {
    this.#delete.run(id);
  }
}
