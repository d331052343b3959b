import type { RecordSink } from '../record/record.ts';

/**
 * Receives what a transfer says, record by record, while it arrives. Nothing of it counts before the interpreter says 'done':
 * on a refusal the receiver throws away what it has. Buffers belong to the caller, as with {@link RecordSink}.
 *
 * Either `beginZone`, then `add` for every record, or for each IXFR sequence `beginDiff`, `remove`…, `add`…, `endDiff`.
 */
export interface TransferSink extends RecordSink {
  /** A whole zone follows: the SOA is the first `add` and comes once. */
  beginZone(): void;
  /** One IXFR sequence: removals (the old SOA first), then additions (the new SOA first). The new serial is known only at that second SOA. */
  beginDiff(fromSerial: number): void;
  remove(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void;
  endDiff(toSerial: number): void;
}
