import type { Name } from '../name/name.ts';
import { CompressionTable } from './compression.ts';
import { HEADER_LENGTH, MAX_MESSAGE } from './header.ts';
import { compressibleNames, rdataPrefix } from './rdata-names.ts';

/**
 * Encodes a message into a given buffer, without allocating: one writer answers every query of a thread.
 * Sections are written in order. Nothing is ever half written: what does not fit below `limit` leaves no trace.
 *
 * Names are compressed against those before them, owners always, names inside rdata only for the types of RFC 1035
 * (RFC 3597 4). Case is kept: a pointer goes to octet-identical labels only, except into the question.
 */
export class MessageWriter {
  buffer: Uint8Array;
  /** Octets written. */
  length = 0;
  /** Records must end at or below this offset. {@link begin} sets it to the size of the buffer; callers lower it, then. */
  limit = 0;
  /** The flag word as set by {@link begin} or {@link setFlags}. */
  flags = 0;

  #questions = 0;
  readonly #counts = new Uint16Array(4);
  readonly #names = new CompressionTable();

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
    this.limit = Math.min(buffer.length, MAX_MESSAGE);
  }

  /** Starts a message of its own; `buffer` replaces the one of before. The buffer must have at least 12 octets. */
  begin(id: number, flags: number, buffer: Uint8Array = this.buffer): void {
    this.buffer = buffer;
    this.limit = Math.min(buffer.length, MAX_MESSAGE);
    buffer[0] = id >>> 8;
    buffer[1] = id;
    this.length = HEADER_LENGTH;
    this.#questions = 0;
    this.#counts.fill(0);
    this.#names.reset();
    this.setFlags(flags);
  }

  /** Replaces the flag word (opcode and header RCODE included). */
  setFlags(flags: number): void {
    this.flags = flags;
    this.buffer[2] = flags >>> 8;
    this.buffer[3] = flags;
  }

  /**
   * A question; its name may be pointed at by names that differ in case, unless `keepCase`.
   * @returns false when it does not fit.
   */
  question(name: Name, type: number, rclass: number, keepCase = false): boolean {
    return this.questionAt(name, 0, name.length, type, rclass, keepCase);
  }

  /** {@link question} with the uncompressed name in `name[start..end)`. */
  questionAt(name: Uint8Array, start: number, end: number, type: number, rclass: number, keepCase = false): boolean {
    const { buffer } = this;
    const at = this.#names.write(name, start, end, buffer, this.length, this.limit - 4, !keepCase);
    if (at < 0) return false;
    buffer[at] = type >>> 8;
    buffer[at + 1] = type;
    buffer[at + 2] = rclass >>> 8;
    buffer[at + 3] = rclass;
    this.length = at + 4;
    this.#questions++;
    return true;
  }

  /** A record. False, and nothing written, when it does not fit below `limit`. */
  record(
    section: 1 | 2 | 3,
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    rclass: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): boolean {
    const at = this.#names.write(owner, ownerStart, ownerEnd, this.buffer, this.length, this.limit - 10, false);
    if (at < 0) return false;
    return this.#rest(section, at, type, rclass, ttl, rdata, rdataStart, rdataEnd);
  }

  /** {@link record} whose owner is the name that stands at `ownerOffset` (< 16384) of this message: the question's begins at 12. */
  recordAt(
    section: 1 | 2 | 3,
    ownerOffset: number,
    type: number,
    rclass: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): boolean {
    const at = this.length;
    if (at + 12 > this.limit) return false;
    this.buffer[at] = 0xc0 | (ownerOffset >>> 8);
    this.buffer[at + 1] = ownerOffset;
    return this.#rest(section, at + 2, type, rclass, ttl, rdata, rdataStart, rdataEnd);
  }

  /** Type to rdata, at `at`; on failure the owner is taken back too. */
  #rest(
    section: 1 | 2 | 3,
    at: number,
    type: number,
    rclass: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): boolean {
    const { buffer } = this;
    const start = at + 10;
    let end = -1;
    const names = compressibleNames(type);
    if (names > 0 && rdataEnd > rdataStart) end = this.#namedRdata(type, names, rdata, rdataStart, rdataEnd, start);
    else if (start + (rdataEnd - rdataStart) <= this.limit) end = copy(rdata, rdataStart, rdataEnd, buffer, start);
    if (end < 0) {
      this.#names.truncate(this.length);
      return false;
    }
    buffer[at] = type >>> 8;
    buffer[at + 1] = type;
    buffer[at + 2] = rclass >>> 8;
    buffer[at + 3] = rclass;
    buffer[at + 4] = ttl >>> 24;
    buffer[at + 5] = ttl >>> 16;
    buffer[at + 6] = ttl >>> 8;
    buffer[at + 7] = ttl;
    buffer[at + 8] = (end - start) >>> 8;
    buffer[at + 9] = end - start;
    this.length = end;
    this.#counts[section]++;
    return true;
  }

  /** Rdata of an RFC 1035 type with its names compressed; octets that do not have the type's form are copied as they are. */
  #namedRdata(type: number, names: number, rdata: Uint8Array, from: number, end: number, start: number): number {
    const { buffer, limit } = this;
    const rdataStart = from;
    let to = start;
    for (let left = rdataPrefix(type); left > 0 && from < end && to < limit; left--) buffer[to++] = rdata[from++];
    for (; names > 0; names--) {
      let nameEnd = from;
      while (nameEnd < end && rdata[nameEnd] !== 0) nameEnd += rdata[nameEnd] + 1;
      to = nameEnd < end ? this.#names.write(rdata, from, nameEnd + 1, buffer, to, limit, false) : -2;
      if (to === -1) return -1;
      if (to < 0) {
        // Not this type's form: nothing of it may be pointed at, for it is overwritten.
        this.#names.truncate(start);
        if (start + end - rdataStart > limit) return -1;
        return copy(rdata, rdataStart, end, buffer, start);
      }
      from = nameEnd + 1;
    }
    if (to + (end - from) > limit) return -1;
    return copy(rdata, from, end, buffer, to);
  }

  /** A point to {@link rollback} to: an RRset that does not fit is taken back whole. */
  mark(): number {
    // At most 5,957 records fit into 65,535 octets, so both numbers share one small integer.
    return ((this.#counts[1] + this.#counts[2] + this.#counts[3]) << 16) | this.length;
  }

  /** Takes back every record written since `mark` was taken (in this message, after the question). */
  rollback(mark: number): void {
    const length = mark & 0xffff;
    const counts = this.#counts;
    let surplus = counts[1] + counts[2] + counts[3] - (mark >>> 16);
    for (let section = 3; section > 0 && surplus > 0; section--) {
      const taken = Math.min(surplus, counts[section]);
      counts[section] -= taken;
      surplus -= taken;
    }
    this.length = length;
    this.#names.truncate(length);
  }

  /** Records written to `section` so far. */
  count(section: 1 | 2 | 3): number {
    return this.#counts[section];
  }

  /** Fills in the counts; the message is `buffer[0..length)`. */
  finish(): number {
    const { buffer } = this;
    const counts = this.#counts;
    counts[0] = this.#questions;
    for (let i = 0; i < 4; i++) {
      buffer[4 + 2 * i] = counts[i] >>> 8;
      buffer[5 + 2 * i] = counts[i];
    }
    return this.length;
  }
}

/** Copies and returns the offset behind; short copies are faster without a view object. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  if (end - start > 512) {
    to.set(from.subarray(start, end), at);
    return at + end - start;
  }
  while (start < end) to[at++] = from[start++];
  return at;
}
