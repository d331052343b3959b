import { compareSerials, nameToText, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { NodeRecords } from '../image/node-records.ts';
import { DiffIndex } from './diff-index.ts';
import { RunWriter } from './run-writer.ts';
import { ZoneDiff } from './zone-diff.ts';

/**
 * One diff with the effect of a chain of them (RFC 1995 5): a record added and removed again, or removed and added again as it
 * was, is not mentioned.
 * @param diffs each starting at the serial where the one before it ended; at least one
 * @throws ZonewireError `diffs-not-a-chain`
 */
export function condenseDiffs(diffs: readonly ZoneDiff[]): ZoneDiff {
  if (diffs.length === 0) throw new ZonewireError('diffs-not-a-chain', 'there is no diff to condense');
  if (diffs.length === 1) return diffs[0];
  const [first] = diffs;
  const zone = nameToText(first.zone);
  for (let i = 1; i < diffs.length; i++)
    if (compareSerials(diffs[i - 1].toSerial, diffs[i].fromSerial) !== 0)
      throw new ZonewireError(
        'diffs-not-a-chain',
        `a diff to serial ${diffs[i - 1].toSerial} is followed by one from ${diffs[i].fromSerial}`,
        { zone },
      );
  const index = new DiffIndex(diffs);
  if (index.problem) throw new ZonewireError(index.problem.code, index.problem.message, { zone });
  const output = new CondensedRun(index);
  const sorted = index.sorted();
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && index.sameOwner(sorted[from], sorted[to])) to++;
    output.owner(sorted.subarray(from, to));
    from = to;
  }
  return unwrap(ZoneDiff.fromBytes(first.zone, output.run()), { zone });
}

class CondensedRun {
  readonly #index: DiffIndex;
  readonly #removed = new RunWriter();
  readonly #added = new RunWriter();
  readonly #records = new NodeRecords();

  constructor(index: DiffIndex) {
    this.#index = index;
    this.#write(this.#removed, 0);
    const last = index.diffs[index.diffs.length - 1];
    this.#write(this.#added, index.count - last.addedCount);
  }

  /** All that happened to one owner; `records` in the order it happened. */
  owner(records: Int32Array): void {
    const index = this.#index;
    const gathered = this.#records;
    gathered.clear();
    for (const record of records)
      gathered.push(
        gathered.buffer(index.bytes(record)),
        index.key[record],
        index.ttl[record],
        index.rdataStart[record],
        index.rdataEnd[record],
      );
    gathered.sort();
    const { order, count } = gathered;
    for (let from = 0; from < count; ) {
      let to = from + 1;
      while (to < count && gathered.compare(order[from], order[to]) === 0) to++;
      this.#record(records[order[from]], records[order[to - 1]]);
      from = to;
    }
  }

  run(): Uint8Array {
    this.#removed.append(this.#added.run());
    return this.#removed.run();
  }

  /** One record, from the first thing that happened to it and the last. */
  #record(first: number, last: number): void {
    const { type, added } = this.#index;
    // The SOAs frame the diff; those of the serials between do not matter.
    if (type[first] === TYPE.SOA) return;
    const wasThere = added[first] === 0;
    const isThere = added[last] === 1;
    if (wasThere && isThere && this.#asItWas(first, last)) return;
    if (wasThere) this.#write(this.#removed, first);
    if (isThere) this.#write(this.#added, last);
  }

  #asItWas(removed: number, added: number): boolean {
    const { ttl, ownerStart, ownerEnd } = this.#index;
    if (ttl[removed] !== ttl[added]) return false;
    const a = this.#index.bytes(removed).subarray(ownerStart[removed], ownerEnd[removed]);
    const b = this.#index.bytes(added).subarray(ownerStart[added], ownerEnd[added]);
    return a.length === b.length && a.every((octet, i) => octet === b[i]);
  }

  #write(target: RunWriter, record: number): void {
    const { ownerStart, ownerEnd, type, ttl, rdataStart, rdataEnd } = this.#index;
    const bytes = this.#index.bytes(record);
    target.add(
      bytes,
      ownerStart[record],
      ownerEnd[record],
      type[record],
      ttl[record],
      bytes,
      rdataStart[record],
      rdataEnd[record],
    );
  }
}
