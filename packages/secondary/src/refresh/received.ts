import { fail, type Name, type Problem, type Result, type TransferSink } from '@zonewire/shared-protocol';
import { ZoneBuilder, type ZoneDiff, ZoneDiffBuilder, type ZoneVersion } from '@zonewire/zone';

/** Where a transfer goes while it arrives: into a builder, or into one diff after the other. */
export class ReceivedZone implements TransferSink {
  readonly diffs: ZoneDiff[] = [];
  readonly #zone: Name;
  readonly #maxSize: number;
  #builder: ZoneBuilder | undefined;
  #diff: ZoneDiffBuilder | undefined;
  #diffBytes = 0;
  #problem: Problem | undefined;

  /** `maxSize`: octets that the zone, or all diffs together, may take in memory. */
  constructor(zone: Name, maxSize: number) {
    this.#zone = zone;
    this.#maxSize = maxSize;
  }

  /** Why nothing more needs to be received. */
  get problem(): Problem | undefined {
    return this.#problem ?? this.#builder?.problem;
  }

  beginZone(): void {
    this.#builder = new ZoneBuilder(this.#zone);
  }

  beginDiff(): void {
    this.#diff = new ZoneDiffBuilder(this.#zone);
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
    const builder = this.#builder;
    if (builder === undefined) {
      const diff = this.#diff!;
      diff.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
      if (this.#diffBytes + diff.bytes > this.#maxSize) this.#tooLarge('the differences');
      return;
    }
    builder.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
    if (builder.bytes > this.#maxSize) this.#tooLarge('the zone');
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
    const diff = this.#diff!;
    diff.remove(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
    if (this.#diffBytes + diff.bytes > this.#maxSize) this.#tooLarge('the differences');
  }

  endDiff(): void {
    const diff = this.#diff!.finish();
    this.#diff = undefined;
    if (!diff.ok) {
      this.#problem ??= diff.error;
      return;
    }
    this.diffs.push(diff.value);
    this.#diffBytes += diff.value.bytes.length;
  }

  finishZone(): Result<ZoneVersion> {
    return this.#builder?.finish() ?? fail('transfer-empty', 'no zone was received');
  }

  #tooLarge(what: string): void {
    this.#problem ??= {
      code: 'zone-too-large',
      message: `${what} would take more than ${this.#maxSize} octets (zone-max-size)`,
    };
  }
}
