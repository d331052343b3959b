import { MAX_LABEL, MAX_NAME } from '@zonewire/shared-protocol';

/** Steps through a record run (see runLength in shared-protocol) without an object for a record, and without trusting it. */
export class RunReader {
  /** The current record: `bytes[start..ownerEnd)` is its owner, `bytes[rdataStart..rdataEnd)` its rdata; it ends there. */
  start = 0;
  ownerEnd = 0;
  type = 0;
  class = 0;
  ttl = 0;
  rdataStart = 0;
  rdataEnd = 0;
  /** Set when {@link next} stopped at something that is not a record. */
  damaged = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.rdataEnd = start;
    this.#end = end;
  }

  /** False at the end and at damage. */
  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.rdataEnd;
    if (at === end) return false;
    this.start = at;
    for (;;) {
      if (at >= end) return this.#stop();
      const length = bytes[at];
      if (length > MAX_LABEL) return this.#stop();
      at += length + 1;
      if (length === 0) break;
    }
    if (at - this.start > MAX_NAME || at + 10 > end) return this.#stop();
    this.ownerEnd = at;
    this.type = (bytes[at] << 8) | bytes[at + 1];
    this.class = (bytes[at + 2] << 8) | bytes[at + 3];
    this.ttl = ((bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]) >>> 0;
    this.rdataStart = at + 10;
    this.rdataEnd = at + 10 + ((bytes[at + 8] << 8) | bytes[at + 9]);
    return this.rdataEnd <= end || this.#stop();
  }

  #stop(): boolean {
    this.damaged = true;
    return false;
  }
}
