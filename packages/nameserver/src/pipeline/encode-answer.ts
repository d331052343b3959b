import { CLASS, type MessageWriter, ROOT } from '@zonewire/shared-protocol';
import type { LookupResult, RRsetList, RRsetRef } from '@zonewire/zone';
import { Query } from './query.ts';

/**
 * Writes what a lookup found into a message whose question is written already. RRsets go in whole or not at all
 * (RFC 2181 9). Allocates nothing.
 * @returns false when something that belongs to the answer is missing: TC is to be set.
 */
export function encodeAnswer(writer: MessageWriter, result: LookupResult): boolean {
  return (
    writeSection(writer, 1, result.answer) &&
    writeSection(writer, 2, result.authority) &&
    writeAdditional(writer, result.additional, result.requiredGlue)
  );
}

function writeSection(writer: MessageWriter, section: 1 | 2, list: RRsetList): boolean {
  const { refs } = list;
  let ownerAt = 0;
  for (let i = 0; i < list.length; i++) {
    ownerAt = i > 0 && haveOneOwner(refs[i - 1], refs[i]) ? ownerAt : 0;
    ownerAt = writeRRset(writer, section, refs[i], ownerAt);
    if (ownerAt === 0) return false;
  }
  return true;
}

/**
 * RFC 9471 3: glue for name servers below the zone cut is required, and TC tells when some is missing. Other additional data is
 * left out silently (RFC 2181 9), smaller RRsets behind a large one still go in.
 */
function writeAdditional(writer: MessageWriter, list: RRsetList, required: number): boolean {
  let complete = true;
  const { refs } = list;
  let ownerAt = 0;
  let isLeftOut = false;
  for (let i = 0; i < list.length; i++) {
    // RRSIGs stand behind what they sign, and are left out with it (RFC 4035 3.1.1).
    if (isLeftOut && refs[i].type === TYPE_RRSIG) continue;
    ownerAt = i > 0 && haveOneOwner(refs[i - 1], refs[i]) ? ownerAt : 0;
    ownerAt = writeRRset(writer, 3, refs[i], ownerAt);
    isLeftOut = ownerAt === 0;
    if (isLeftOut && i < required) complete = false;
  }
  return complete;
}

/** An RRset and its RRSIGs come one behind the other, with the owner given as the very same octets. */
function haveOneOwner(a: RRsetRef, b: RRsetRef): boolean {
  return (
    a.ownerInQname === b.ownerInQname &&
    (b.ownerInQname >= 0 || (a.owner === b.owner && a.ownerStart === b.ownerStart && a.ownerEnd === b.ownerEnd))
  );
}

const TYPE_RRSIG = 46;

/** Names that stand behind this cannot be pointed at (RFC 1035 4.1.4). */
const POINTER_REACH = 0x4000;

/**
 * Writes all of it, or none of it when there is no room.
 * @param known where the owner stands in the message already; 0: not known.
 * @returns where the owner stands now; 0 when there was no room.
 */
function writeRRset(writer: MessageWriter, section: 1 | 2 | 3, ref: RRsetRef, known: number): number {
  const { bytes, type, ttl } = ref;
  const mark = writer.mark();
  let owner = ref.owner;
  let ownerStart = ref.ownerStart;
  let ownerEnd = ref.ownerEnd;
  // A suffix of the query name is a pointer into the question, which also keeps the case the client used.
  let ownerAt = ref.ownerInQname < 0 ? known : Query.NAME_START + ref.ownerInQname;
  let pointed = ownerAt > 0 && ownerAt < POINTER_REACH;
  if (pointed && writer.buffer[ownerAt] === 0) {
    owner = ROOT;
    ownerStart = 0;
    ownerEnd = 1;
    pointed = false;
  }
  let at = ref.start;
  for (let left = ref.count; left > 0; left--) {
    const start = at + 2;
    const end = start + ((bytes[at] << 8) | bytes[at + 1]);
    const record = writer.length;
    const fits = pointed
      ? writer.recordAt(section, ownerAt, type, CLASS.IN, ttl, bytes, start, end)
      : writer.record(section, owner, ownerStart, ownerEnd, type, CLASS.IN, ttl, bytes, start, end);
    if (!fits) {
      writer.rollback(mark);
      return 0;
    }
    at = end;
    if (pointed) continue;
    ownerAt = nameAt(writer, record);
    pointed = ownerAt < POINTER_REACH && writer.buffer[ownerAt] !== 0;
  }
  return ownerAt;
}

/** Where the name at `at` really stands: a name that is nothing but a pointer is no place to point at. */
function nameAt({ buffer }: MessageWriter, at: number): number {
  return (buffer[at] & 0xc0) === 0xc0 ? ((buffer[at] & 0x3f) << 8) | buffer[at + 1] : at;
}
