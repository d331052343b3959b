import type { Name } from '../name/name.ts';

/** One resource record. `rdata` is uncompressed wire form; the bytes are the truth, text is a view of them. */
export interface ResourceRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds, 0 to 2^31 - 1 (RFC 2181 8). */
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/**
 * Where records go without becoming objects: a million of them pass through one such call each.
 * The owner is an uncompressed name in `owner[ownerStart..ownerEnd)`, the rdata uncompressed in `rdata[rdataStart..rdataEnd)`.
 * Both arrays belong to the caller and change after the call: copy what you keep.
 */
export interface RecordSink {
  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void;
}
