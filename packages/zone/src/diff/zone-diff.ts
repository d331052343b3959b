import {
  CLASS,
  decodeRun,
  encodeRun,
  fail,
  type Name,
  namesEqual,
  nameToText,
  ok,
  type ResourceRecord,
  type Result,
  readSoa,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { RunReader } from './run-reader.ts';

/**
 * What changed from one serial to the next: one IXFR sequence (RFC 1995 4) as a record run:
 * old SOA, removed records, new SOA, added records. Both SOAs are counted.
 */
export class ZoneDiff {
  readonly zone: Name;
  readonly fromSerial: number;
  readonly toSerial: number;
  /** Records removed, the old SOA included. */
  readonly removedCount: number;
  /** Records added, the new SOA included. */
  readonly addedCount: number;
  readonly bytes: Uint8Array;
  /** Offset in `bytes` where the new SOA stands. */
  readonly removedEnd: number;

  private constructor(
    zone: Name,
    serials: { from: number; to: number },
    counts: { removed: number; added: number },
    bytes: Uint8Array,
    removedEnd: number,
  ) {
    this.zone = zone;
    this.fromSerial = serials.from;
    this.toSerial = serials.to;
    this.removedCount = counts.removed;
    this.addedCount = counts.added;
    this.bytes = bytes;
    this.removedEnd = removedEnd;
  }

  /** @throws ZonewireError when either list does not start with the zone's SOA. */
  static build(zone: Name, removed: readonly ResourceRecord[], added: readonly ResourceRecord[]): ZoneDiff {
    return unwrap(ZoneDiff.fromBytes(zone, encodeRun([...removed, ...added])), { zone: nameToText(zone) });
  }

  /**
   * A diff from its run, which is kept, not copied. Error `diff-damaged`: the run is not well-formed, or not
   * SOA, removed, SOA, added with all records in class IN.
   */
  static fromBytes(zone: Name, bytes: Uint8Array): Result<ZoneDiff> {
    const reader = new RunReader(bytes);
    let from = 0;
    let to = 0;
    let removed = 0;
    let added = 0;
    let removedEnd = 0;
    for (let records = 0; reader.next(); records++) {
      if (reader.class !== CLASS.IN) return damaged(zone, 'a record is not of class IN');
      const isSoa = reader.type === TYPE.SOA && namesEqual(bytes.subarray(reader.start, reader.ownerEnd), zone);
      if (records === 0 && !isSoa) return damaged(zone, 'it does not start with the SOA of the zone');
      if (isSoa) {
        const soa = readSoa(bytes.subarray(reader.rdataStart, reader.rdataEnd));
        if (!soa.ok) return soa;
        if (records === 0) {
          from = soa.value.serial;
        } else {
          if (added > 0) return damaged(zone, 'it has three SOA records');
          to = soa.value.serial;
          removedEnd = reader.start;
          added = 1;
          continue;
        }
      }
      if (added > 0) added++;
      else removed++;
    }
    if (reader.damaged) return damaged(zone, 'it ends inside a record or holds a malformed name');
    if (added === 0) return damaged(zone, 'it has no second SOA record');
    return ok(new ZoneDiff(zone, { from, to }, { removed, added }, bytes, removedEnd));
  }

  /** Old SOA first. Names and rdata share memory with {@link bytes}. */
  removed(): Generator<ResourceRecord> {
    return decodeRun(this.bytes, 0, this.removedEnd);
  }

  /** New SOA first. Names and rdata share memory with {@link bytes}. */
  added(): Generator<ResourceRecord> {
    return decodeRun(this.bytes, this.removedEnd);
  }
}

function damaged(zone: Name, why: string): Result<never> {
  return fail('diff-damaged', `a diff of ${nameToText(zone)} cannot be used: ${why}`);
}
