import { copyBytes } from '../bytes.ts';
import { fail, ok, type Result } from '../errors.ts';
import { type Name, NameBuffer, readName } from '../name/name.ts';

/** A TSIG record as it stands in a message, not verified (RFC 8945 4.2). */
export interface TsigRecord {
  readonly keyName: Name;
  /** The algorithm's name as sent. */
  readonly algorithm: Name;
  /** Seconds since 1970, 48 bits. */
  readonly timeSigned: number;
  /** Seconds. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  /** BADSIG, BADKEY, BADTIME, BADTRUNC or 0. */
  readonly error: number;
  readonly otherData: Uint8Array;
  /** Offset of the record in its message: what was signed ends there. */
  readonly start: number;
}

const scratch = new NameBuffer();

/** Reads TSIG rdata (all of `rdata`). Its names must not be compressed. */
export function readTsigRdata(keyName: Name, rdata: Uint8Array, start: number): Result<TsigRecord> {
  const at = readName(rdata, 0, scratch);
  const macStart = at + 10;
  if (at < 0 || macStart > rdata.length || scratch.length !== at) return malformed();
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.byteLength);
  const macEnd = macStart + view.getUint16(at + 8);
  if (macEnd + 6 > rdata.length) return malformed();
  const otherLength = view.getUint16(macEnd + 4);
  if (macEnd + 6 + otherLength !== rdata.length) return malformed();
  return ok({
    keyName,
    algorithm: scratch.toName(),
    timeSigned: view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2),
    fudge: view.getUint16(at + 6),
    mac: copyBytes(rdata, macStart, macEnd),
    originalId: view.getUint16(macEnd),
    error: view.getUint16(macEnd + 2),
    otherData: copyBytes(rdata, macEnd + 6),
    start,
  });
}

function malformed(): Result<TsigRecord> {
  return fail('tsig-malformed', 'the rdata of the TSIG record does not have its form (RFC 8945 4.2)');
}
