import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fail, type Name, ok, type Result } from '@zonewire/shared-protocol';
import { ZoneDiff } from '@zonewire/zone';
import type { JournalLimits } from '../port.ts';
import { rowChecksum } from './checksum.ts';
import { advance, type Position, serialAt } from './position.ts';
import { historyOf, type OldestDiff, type ZoneState } from './zone-state.ts';

interface JournalRow {
  readonly start: Position;
  readonly stop: Position;
  readonly ordinal: number;
  readonly total: number;
  readonly diff: Uint8Array;
  readonly crc: number;
}

/** The table `journal`: each diff of a zone, by the position it starts from. */
export class JournalRows {
  readonly #insert: StatementSync;
  readonly #from: StatementSync;
  readonly #before: StatementSync;
  readonly #oldest: StatementSync;
  readonly #deleteOne: StatementSync;
  readonly #deleteAll: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO journal (zone, start, stop, ordinal, total, diff, crc) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#from = db.prepare(
      'SELECT start, stop, ordinal, total, diff, crc FROM journal WHERE zone = ? AND start >= ? ORDER BY start',
    );
    this.#before = db.prepare('SELECT total - length(diff) AS total FROM journal WHERE zone = ? AND start = ?');
    this.#oldest = db.prepare(
      'SELECT start, ordinal, total - length(diff) AS totalBefore FROM journal WHERE zone = ? AND start >= ? ORDER BY start LIMIT 1',
    );
    this.#deleteOne = db.prepare('DELETE FROM journal WHERE zone = ? AND start = ?');
    this.#deleteAll = db.prepare('DELETE FROM journal WHERE zone = ?');
  }

  /** Stores `diff`, which must start at the state's serial and change it. */
  append(state: ZoneState, diff: ZoneDiff): ZoneState {
    // What stands there without being part of the history (recovery.ts) must not come into the way.
    if (state.oldest === undefined) this.#deleteAll.run(state.id);
    const start = state.position;
    const stop = advance(start, diff.toSerial);
    const ordinal = state.ordinal + 1;
    const total = state.total + diff.bytes.length;
    const crc = rowChecksum([state.id, start, stop, ordinal, total], diff.bytes);
    this.#insert.run(state.id, start, stop, ordinal, total, diff.bytes, crc);
    const oldest = state.oldest ?? { start, ordinal, totalBefore: state.total };
    return { ...state, position: stop, ordinal, total, oldest };
  }

  /** Forgets the history; what comes next starts at `position`. */
  clear(state: ZoneState, position: Position): ZoneState {
    if (state.oldest !== undefined || state.damage !== undefined) this.#deleteAll.run(state.id);
    return { ...state, position, oldest: undefined, epoch: state.epoch + 1 };
  }

  /** Drops the oldest diffs until the rest is within `limits`, but none that the image on disk still needs. */
  trim(state: ZoneState, limits: JournalLimits): { state: ZoneState; trimmed: number } {
    const imageAt = state.image?.position ?? 0;
    let trimmed = 0;
    let current = state;
    for (;;) {
      const { oldest } = current;
      const { depth, bytes } = historyOf(current);
      if (oldest === undefined || oldest.start >= imageAt) break;
      if (depth <= limits.journalMaxDepth && bytes <= limits.journalMaxSize) break;
      this.#deleteOne.run(state.id, oldest.start);
      trimmed++;
      current = { ...current, oldest: this.#oldest.get(state.id, oldest.start) as OldestDiff | undefined };
    }
    return { state: current, trimmed };
  }

  /** Octets of the diffs from `start` to the state's position; `undefined` when none starts there. Reads no diff. */
  bytesFrom(state: ZoneState, start: Position): number | undefined {
    if (state.oldest === undefined || start < state.oldest.start) return undefined;
    const before = this.#before.get(state.id, start) as { total: number } | undefined;
    return before && state.total - before.total;
  }

  /**
   * The diffs from `start` to the state's position, each verified, one behind the other.
   * Ends with a failure (and then no more) when the chain is damaged or does not arrive.
   */
  *chain(state: ZoneState, apex: Name, start: Position): Generator<Result<ZoneDiff>> {
    let at = start;
    for (const row of this.#from.iterate(state.id, start) as Iterable<unknown> as Iterable<JournalRow>) {
      // Behind it may be what is committed and not synced.
      if (at === state.position) return;
      const diff = verified(state, apex, row, at);
      yield diff;
      if (!diff.ok) return;
      at = row.stop;
    }
    if (at !== state.position)
      yield fail(
        'journal-damaged',
        `its journal ends at serial ${serialAt(at)} instead of ${serialAt(state.position)}`,
      );
  }
}

function verified(state: ZoneState, apex: Name, row: JournalRow, expected: Position): Result<ZoneDiff> {
  const { start, stop, ordinal, total } = row;
  if (start !== expected)
    return fail('journal-damaged', `its journal has no diff from serial ${serialAt(expected)} on`);
  // Damage may have made anything of a column.
  if (!(row.diff instanceof Uint8Array) || row.crc !== rowChecksum([state.id, start, stop, ordinal, total], row.diff))
    return fail('journal-damaged', `the diff from serial ${serialAt(start)} does not match its checksum`);
  const diff = ZoneDiff.fromBytes(apex, row.diff);
  if (!diff.ok) return diff;
  if (diff.value.fromSerial !== serialAt(start) || diff.value.toSerial !== serialAt(stop))
    return fail('journal-damaged', `the diff stored for serial ${serialAt(start)} is another one`);
  return ok(diff.value);
}
