import { copyOctets } from '../image/octets.ts';

/** Appends records to a growing record run, class IN. */
export class RunWriter {
  length = 0;
  #bytes: Uint8Array;

  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity);
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
    const rdataLength = rdataEnd - rdataStart;
    const needed = this.length + (ownerEnd - ownerStart) + 10 + rdataLength;
    if (needed > this.#bytes.length) this.#grow(needed);
    const bytes = this.#bytes;
    let at = this.length;
    copyOctets(bytes, at, owner, ownerStart, ownerEnd);
    at += ownerEnd - ownerStart;
    bytes[at] = type >>> 8;
    bytes[at + 1] = type;
    bytes[at + 2] = 0;
    bytes[at + 3] = 1;
    bytes[at + 4] = ttl >>> 24;
    bytes[at + 5] = ttl >>> 16;
    bytes[at + 6] = ttl >>> 8;
    bytes[at + 7] = ttl;
    bytes[at + 8] = rdataLength >>> 8;
    bytes[at + 9] = rdataLength;
    copyOctets(bytes, at + 10, rdata, rdataStart, rdataEnd);
    this.length = needed;
  }

  /** Appends another run as it is. */
  append(run: Uint8Array): void {
    if (this.length + run.length > this.#bytes.length) this.#grow(this.length + run.length);
    this.#bytes.set(run, this.length);
    this.length += run.length;
  }

  /** What was written so far; the writer must not be used afterwards unless {@link clear}ed and the run copied. */
  run(): Uint8Array {
    // What is kept should not keep a much larger buffer with it.
    return this.length * 2 < this.#bytes.length
      ? this.#bytes.slice(0, this.length)
      : this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #grow(needed: number): void {
    const wider = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    wider.set(this.#bytes.subarray(0, this.length));
    this.#bytes = wider;
  }
}
