import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** https://www.sqlite.org/fileformat2.html#walformat */
const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f_0682;

/**
 * Says what is wrong with the write-ahead log in `dir`, before SQLite reads it; `undefined`: nothing, or there is none.
 *
 * To SQLite a frame that does not verify is the end of the log, which after a crash it is: what follows was never synced. Here commits
 * are synced one by one, so behind the end there can be frames of one transaction, the last. Where more follow, something that
 * was acknowledged is damaged, and SQLite would go back to the time before it without a word. (Damage in the last transaction looks
 * like a crash before its sync.)
 */
export function logDamage(dir: string): string | undefined {
  let log: Buffer;
  try {
    log = readFileSync(join(dir, 'zones.db-wal'));
  } catch {
    return undefined;
  }
  if (log.length < HEADER) return undefined;
  const magic = log.readUInt32BE(0);
  const pageSize = log.readUInt32BE(8);
  const sum = new Sum((magic & 1) === 0);
  sum.add(log, 0, 24);
  // The header is synced before the first frame is written.
  if ((magic & ~1) !== MAGIC || !sum.is(log, 24))
    return log.every((octet) => octet === 0) ? undefined : 'the header of its log does not match its checksum';
  if (pageSize < 512 || pageSize > 65_536) return 'its log has an impossible page size';
  const frame = FRAME_HEADER + pageSize;
  let at = HEADER;
  for (; at + frame <= log.length; at += frame) {
    if (!isOfThisLog(log, at)) break;
    sum.add(log, at, 8);
    sum.add(log, at + FRAME_HEADER, pageSize);
    if (!sum.is(log, at + 16)) break;
  }
  const end = at;
  let hasEnded = false;
  for (; at + frame <= log.length; at += frame) {
    if (!isOfThisLog(log, at)) continue;
    if (hasEnded) return `its log is damaged at octet ${end}, and goes on behind it`;
    // The last frame of a transaction tells how large the database is.
    hasEnded = log.readUInt32BE(at + 4) !== 0;
  }
  return undefined;
}

/** The frame carries the salts of the header; those of earlier logs in the same file carry others. */
function isOfThisLog(log: Buffer, at: number): boolean {
  return log.compare(log, 16, 24, at + 8, at + 16) === 0;
}

/** The checksum of the log: over everything from its beginning, in 32-bit words. */
class Sum {
  readonly #littleEndian: boolean;
  #a = 0;
  #b = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  add(log: Buffer, at: number, length: number): void {
    const view = new DataView(log.buffer, log.byteOffset + at, length);
    let [a, b] = [this.#a, this.#b];
    for (let i = 0; i < length; i += 8) {
      a = (a + view.getUint32(i, this.#littleEndian) + b) | 0;
      b = (b + view.getUint32(i + 4, this.#littleEndian) + a) | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  /** It stands at `at`, big-endian always. */
  is(log: Buffer, at: number): boolean {
    return log.readInt32BE(at) === this.#a && log.readInt32BE(at + 4) === this.#b;
  }
}
