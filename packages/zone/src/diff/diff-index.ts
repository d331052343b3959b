import { isMetaType, namesEqual, nameToText, type Problem, type Result, TYPE } from '@zonewire/shared-protocol';
import { rrsetKey } from '../image/image.ts';
import { NameSorter } from '../image/name-sorter.ts';
import { apexOffset } from '../image/relative-name.ts';
import { RunReader } from './run-reader.ts';
import type { ZoneDiff } from './zone-diff.ts';

/**
 * The records of one or several diffs as columns, in the order they came, and sorted by owner.
 * `source` tells which diff's bytes the offsets mean.
 */
export class DiffIndex {
  readonly diffs: readonly ZoneDiff[];
  readonly count: number;
  readonly source: Uint32Array;
  /** Owner, absolute; `relativeEnd` is where the apex begins in it. */
  readonly ownerStart: Uint32Array;
  readonly relativeEnd: Uint32Array;
  readonly ownerEnd: Uint32Array;
  readonly type: Uint16Array;
  /** See rrsetKey. */
  readonly key: Uint32Array;
  readonly ttl: Uint32Array;
  readonly rdataStart: Uint32Array;
  readonly rdataEnd: Uint32Array;
  /** 1 for an added record, 0 for a removed one. */
  readonly added: Uint8Array;
  /** Why a record cannot be in the zone. */
  problem: Problem | undefined;
  readonly #sorter: NameSorter;

  constructor(diffs: readonly ZoneDiff[]) {
    this.diffs = diffs;
    const count = diffs.reduce((sum, diff) => sum + diff.removedCount + diff.addedCount, 0);
    this.count = count;
    this.source = new Uint32Array(count);
    this.ownerStart = new Uint32Array(count);
    this.relativeEnd = new Uint32Array(count);
    this.ownerEnd = new Uint32Array(count);
    this.type = new Uint16Array(count);
    this.key = new Uint32Array(count);
    this.ttl = new Uint32Array(count);
    this.rdataStart = new Uint32Array(count);
    this.rdataEnd = new Uint32Array(count);
    this.added = new Uint8Array(count);
    this.#sorter = new NameSorter(count);
    let at = 0;
    for (let i = 0; i < diffs.length && !this.problem; i++) at = this.#read(i, at);
  }

  /** Record numbers by owner in canonical order; those of one owner in the order they came. */
  sorted(): Int32Array {
    return this.#sorter.sorted();
  }

  /** True when records `a` and `b` (numbers) have the same owner but for case. */
  sameOwner(a: number, b: number): boolean {
    return this.#sorter.same(a, b);
  }

  bytes(record: number): Uint8Array {
    return this.diffs[this.source[record]].bytes;
  }

  #read(source: number, at: number): number {
    const diff = this.diffs[source];
    const { bytes, zone } = diff;
    const reader = new RunReader(bytes);
    for (; reader.next(); at++) {
      const relativeEnd = apexOffset(bytes, reader.start, reader.ownerEnd, zone);
      this.problem = recordProblem(diff, reader, relativeEnd);
      if (this.problem) return at;
      this.#sorter.push(bytes, reader.start, relativeEnd);
      this.source[at] = source;
      this.ownerStart[at] = reader.start;
      this.relativeEnd[at] = relativeEnd;
      this.ownerEnd[at] = reader.ownerEnd;
      this.type[at] = reader.type;
      this.key[at] = rrsetKey(reader.type, bytes, reader.rdataStart, reader.rdataEnd);
      // RFC 2181 8: a TTL with the top bit set counts as 0.
      this.ttl[at] = reader.ttl > 0x7fff_ffff ? 0 : reader.ttl;
      this.rdataStart[at] = reader.rdataStart;
      this.rdataEnd[at] = reader.rdataEnd;
      this.added[at] = reader.start >= diff.removedEnd ? 1 : 0;
    }
    return at;
  }
}

function recordProblem(diff: ZoneDiff, reader: RunReader, relativeEnd: number): Problem | undefined {
  const { type } = reader;
  const rdataLength = reader.rdataEnd - reader.rdataStart;
  const owner = () => nameToText(diff.bytes.subarray(reader.start, reader.ownerEnd));
  if (relativeEnd < 0)
    return { code: 'zone-owner-outside', message: `${owner()} is not in the zone ${nameToText(diff.zone)}` };
  if (isMetaType(type))
    return { code: 'zone-meta-type', message: `${owner()} has a record of type ${type}, which no zone can hold` };
  if (type === TYPE.SOA && relativeEnd > reader.start)
    return { code: 'zone-soa-not-at-apex', message: `${owner()} has an SOA record, but is not the apex` };
  if (type === TYPE.RRSIG && rdataLength < 18)
    return { code: 'rrsig-malformed', message: `${owner()} has an RRSIG record that is too short` };
  return undefined;
}

/** Refuses diffs of another zone. */
export function checkSameZone(diff: ZoneDiff, apex: Uint8Array): Result<void> {
  if (namesEqual(diff.zone, apex)) return { ok: true, value: undefined };
  const message = `a diff of ${nameToText(diff.zone)} cannot be applied to ${nameToText(apex)}`;
  return { ok: false, error: { code: 'diff-other-zone', message } };
}
