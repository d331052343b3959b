import type { Name, RecordSink, ResourceRecord, Result } from '@zonewire/shared-protocol';
import { RunWriter } from './run-writer.ts';
import { ZoneDiff } from './zone-diff.ts';

/**
 * Collects one IXFR sequence as a transfer brings it: `remove` with the old SOA first, then `add` with the new SOA first.
 * Whether it fits a version is found out by applyDiff.
 */
export class ZoneDiffBuilder implements RecordSink {
  readonly zone: Name;
  readonly #removed = new RunWriter();
  readonly #added = new RunWriter();

  constructor(zone: Name) {
    this.zone = zone;
  }

  /** Octets collected. */
  get bytes(): number {
    return this.#removed.length + this.#added.length;
  }

  remove(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    this.#removed.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
  }

  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    this.#added.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
  }

  removeRecord(record: ResourceRecord): void {
    this.remove(record.name, 0, record.name.length, record.type, record.ttl, record.rdata, 0, record.rdata.length);
  }

  addRecord(record: ResourceRecord): void {
    this.add(record.name, 0, record.name.length, record.type, record.ttl, record.rdata, 0, record.rdata.length);
  }

  /** The diff; the builder is empty again. Error `diff-damaged` when an SOA is missing or misplaced. */
  finish(): Result<ZoneDiff> {
    const bytes = new Uint8Array(this.#removed.length + this.#added.length);
    bytes.set(this.#removed.run());
    bytes.set(this.#added.run(), this.#removed.length);
    this.#removed.clear();
    this.#added.clear();
    return ZoneDiff.fromBytes(this.zone, bytes);
  }
}
