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
  for (let i = 0; i < list.length; i++) if (!writeRRset(writer, section, list.refs[i])) return false;
  return true;
}

/**
 * RFC 9471 3: glue for name servers below the zone cut is required, and TC tells when some is missing. Other additional data is
 * left out silently (RFC 2181 9), smaller RRsets behind a large one still go in.
 */
function writeAdditional(writer: MessageWriter, list: RRsetList, required: number): boolean {
  let complete = true;
  for (let i = 0; i < list.length; i++) if (!writeRRset(writer, 3, list.refs[i]) && i < required) complete = false;
  return complete;
}

/** True when all of it is in; false, and none of it, when there is no room. */
function writeRRset(writer: MessageWriter, section: 1 | 2 | 3, ref: RRsetRef): boolean {
  const { bytes, type, ttl } = ref;
  const mark = writer.mark();
  let owner = ref.owner;
  let ownerStart = ref.ownerStart;
  let ownerEnd = ref.ownerEnd;
  // A suffix of the query name is a pointer into the question, which also keeps the case the client used.
  let ownerAt = ref.ownerInQname < 0 ? -1 : Query.NAME_START + ref.ownerInQname;
  if (ownerAt >= 0 && writer.buffer[ownerAt] === 0) {
    owner = ROOT;
    ownerStart = 0;
    ownerEnd = 1;
    ownerAt = -1;
  }
  let at = ref.start;
  for (let left = ref.count; left > 0; left--) {
    const start = at + 2;
    const end = start + ((bytes[at] << 8) | bytes[at + 1]);
    const fits =
      ownerAt >= 0
        ? writer.recordAt(section, ownerAt, type, CLASS.IN, ttl, bytes, start, end)
        : writer.record(section, owner, ownerStart, ownerEnd, type, CLASS.IN, ttl, bytes, start, end);
    if (!fits) {
      writer.rollback(mark);
      return false;
    }
    at = end;
  }
  return true;
}
