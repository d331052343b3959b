import type { Problem } from '../errors.ts';
import { NAME_BAD_LABEL, NAME_TOO_LONG, NAME_TRUNCATED, NameBuffer, nameProblem, readName } from '../name/name.ts';
import { TYPE } from '../record/types.ts';
import { HEADER_LENGTH, sectionCount } from './header.ts';
import { expandRdata, isPlainRdata, RDATA_BAD_LENGTH, RdataBuffer } from './rdata-names.ts';

const EMPTY = new Uint8Array(0);
const SECTION_NAMES = ['question', 'answer', 'authority', 'additional'];

/**
 * Walks the question and the records of a message in order, without an object a record: a transfer of a million records
 * is read by one cursor. Every field is valid until the next call; `rdata` is either the message or a reused buffer.
 *
 * ```ts
 * if (!cursor.start(message)) … cursor.error
 * while (cursor.nextQuestion()) …
 * while (cursor.next()) …
 * if (cursor.error !== undefined) …  // the message is malformed from here on
 * ```
 * Octets behind the last record are an error (`message-trailing-bytes`). OPT and TSIG are records like others here.
 */
export class RecordCursor {
  /** Section of the current record: 1 answer, 2 authority, 3 additional. */
  section: 1 | 2 | 3 = 1;
  readonly owner: NameBuffer = new NameBuffer();
  /** Where the owner's name stands in the message, a pointer followed one step: equal offsets are equal owners. */
  ownerOffset = 0;
  type = 0;
  class = 0;
  /** Seconds; a value with the top bit set counts as 0 (RFC 2181 8). Of an OPT record: as it stands. */
  ttl = 0;
  rdata: Uint8Array = EMPTY;
  rdataStart = 0;
  rdataEnd = 0;
  /** Offset of the current record or question in the message. */
  recordStart = 0;
  /** Why the last call returned false; undefined when it was simply the end. */
  error: Problem | undefined;

  #message: Uint8Array = EMPTY;
  #end = 0;
  #at = 0;
  #questionsLeft = 0;
  #left = 0;
  #expanded = new RdataBuffer();
  /** The owner buffer holds the name that stands at `ownerOffset` of this message. */
  #ownerKnown = false;
  /** The owner buffer holds, from `#suffixAt` on, the name at `#suffixTarget` of this message. */
  #suffixTarget = -1;
  #suffixAt = 0;

  /** Begins with `message[0..end)`; false when it is shorter than a header. */
  start(message: Uint8Array, end: number = message.length): boolean {
    this.#message = message;
    this.#end = end;
    this.#at = HEADER_LENGTH;
    this.#ownerKnown = false;
    this.#suffixTarget = -1;
    this.section = 1;
    this.error = undefined;
    this.recordStart = 0;
    if (end < HEADER_LENGTH) {
      this.#questionsLeft = 0;
      this.#left = 0;
      this.error = { code: 'message-too-short', message: `${end} octets are no message: its header alone has 12` };
      return false;
    }
    this.#questionsLeft = sectionCount(message, 0);
    this.#left = sectionCount(message, 1);
    return true;
  }

  /** Offset behind what was read so far. */
  get offset(): number {
    return this.#at;
  }

  /** Reads the next question into `owner`, `type`, `class`; false when there is no further one. */
  nextQuestion(): boolean {
    if (this.#questionsLeft === 0 || this.error !== undefined) return false;
    this.recordStart = this.#at;
    const at = this.#readOwner();
    if (at < 0) return this.#refuse(at, 0);
    if (at + 4 > this.#end) return this.#refuse(NAME_TRUNCATED, 0);
    const message = this.#message;
    this.#questionsLeft--;
    this.type = (message[at] << 8) | message[at + 1];
    this.class = (message[at + 2] << 8) | message[at + 3];
    this.#at = at + 4;
    return true;
  }

  /** Reads the next record, of whichever section; skips questions not yet read. False at the end and on an error. */
  next(): boolean {
    if (this.#left === 0 && !this.#nextSection()) return false;
    if (this.#questionsLeft > 0 && !this.#skipQuestions()) return false;
    this.recordStart = this.#at;
    const at = this.#readOwner();
    if (at < 0) return this.#refuse(at, this.section);
    const start = at + 10;
    if (start > this.#end) return this.#refuse(NAME_TRUNCATED, this.section);
    const message = this.#message;
    const type = (message[at] << 8) | message[at + 1];
    const rclass = (message[at + 2] << 8) | message[at + 3];
    const end = start + ((message[at + 8] << 8) | message[at + 9]);
    if (end > this.#end) return this.#refuse(NAME_TRUNCATED, this.section);
    this.type = type;
    this.class = rclass;
    if (message[at + 4] < 0x80)
      this.ttl = (message[at + 4] << 24) | (message[at + 5] << 16) | (message[at + 6] << 8) | message[at + 7];
    else this.ttl = type === TYPE.OPT ? readU32(message, at + 4) : 0;
    if (isPlainRdata(type)) {
      this.rdata = message;
      this.rdataStart = start;
      this.rdataEnd = end;
    } else {
      const expanded = this.#expanded;
      const refusal = expandRdata(message, type, rclass, start, end, expanded);
      if (refusal < 0) return this.#refuse(refusal, this.section);
      this.rdata = expanded.bytes;
      this.rdataStart = expanded.start;
      this.rdataEnd = expanded.end;
    }
    this.#at = end;
    this.#left--;
    return true;
  }

  /**
   * Reads the name at `#at` into `owner`. In a transfer it is nearly always the owner of the record before (a pointer), or
   * one label and a pointer to the same name as before: then only that label is copied.
   */
  #readOwner(): number {
    const message = this.#message;
    const start = this.#at;
    const end = this.#end;
    const { owner } = this;
    const out = owner.bytes;
    let at = start;
    let c = at < end ? message[at] : 0;
    if (c >= 0xc0) {
      const target = ((c & 0x3f) << 8) | message[at + 1];
      if (this.#ownerKnown && target === this.ownerOffset && at + 2 <= end) return at + 2;
      this.ownerOffset = target;
    } else {
      this.ownerOffset = start;
      let length = 0;
      while (c !== 0 && c < 64 && at + c + 2 < end && length + c < 255) {
        for (let i = 0; i <= c; i++) out[length + i] = message[at + i];
        length += c + 1;
        at += c + 1;
        c = message[at];
      }
      // Same suffix at the same place: it is still there behind the labels just copied.
      if (c >= 0xc0 && length === this.#suffixAt && at + 2 <= end) {
        if ((((c & 0x3f) << 8) | message[at + 1]) === this.#suffixTarget) {
          this.#ownerKnown = true;
          return at + 2;
        }
      }
    }
    const next = readName(message, start, owner, end);
    this.#ownerKnown = next >= 0;
    this.#suffixTarget = -1;
    if (next >= 0 && message[next - 2] >= 0xc0 && next - 2 === at && at > start) {
      this.#suffixTarget = ((c & 0x3f) << 8) | message[at + 1];
      this.#suffixAt = at - start;
    }
    return next;
  }

  #skipQuestions(): boolean {
    while (this.nextQuestion());
    return this.error === undefined;
  }

  /** Moves to the next section that has records; at the end of the message, checks that it is the end. */
  #nextSection(): boolean {
    if (this.error !== undefined) return false;
    if (this.#questionsLeft > 0 && !this.#skipQuestions()) return false;
    while (this.section < 3) {
      this.section++;
      this.#left = sectionCount(this.#message, this.section);
      if (this.#left > 0) return true;
    }
    const trailing = this.#end - this.#at;
    if (trailing > 0)
      this.error = {
        code: 'message-trailing-bytes',
        message: `${trailing} octets follow the last record the header counts`,
      };
    return false;
  }

  #refuse(refusal: number, section: number): false {
    const [code, what] = describe(refusal);
    this.#left = 0;
    this.#questionsLeft = 0;
    this.section = 3;
    const place = section === 0 ? 'question' : `record in the ${SECTION_NAMES[section]} section`;
    this.error = { code, message: `${what}, in the ${place} at octet ${this.recordStart}` };
    return false;
  }
}

function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function describe(refusal: number): [string, string] {
  if (refusal === RDATA_BAD_LENGTH) return ['rdata-malformed', 'the rdata does not have the form of its type'];
  if (refusal === NAME_TRUNCATED)
    return ['message-truncated', 'the message (or the rdata) ends before what it announces'];
  const code =
    refusal === NAME_BAD_LABEL ? 'name-bad-label' : refusal === NAME_TOO_LONG ? 'name-too-long' : 'name-bad-pointer';
  return [code, nameProblem(refusal)];
}
