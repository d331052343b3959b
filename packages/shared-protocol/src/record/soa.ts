import { copyBytes } from '../bytes.ts';
import { fail, ok, type Result } from '../errors.ts';
import { MAX_LABEL, MAX_NAME, type Name } from '../name/name.ts';

/** The rdata of an SOA record (RFC 1035 3.3.13). Times in seconds. */
export interface Soa {
  readonly mname: Name;
  readonly rname: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Reads uncompressed SOA rdata. */
export function readSoa(rdata: Uint8Array): Result<Soa> {
  const mnameEnd = skipName(rdata, 0);
  const rnameEnd = mnameEnd < 0 ? -1 : skipName(rdata, mnameEnd);
  if (rnameEnd < 0 || rdata.length !== rnameEnd + 20)
    return fail('soa-malformed', `SOA rdata of ${rdata.length} octets is not two names and five numbers`);
  const view = new DataView(rdata.buffer, rdata.byteOffset + rnameEnd, 20);
  return ok({
    mname: copyBytes(rdata, 0, mnameEnd),
    rname: copyBytes(rdata, mnameEnd, rnameEnd),
    serial: view.getUint32(0),
    refresh: view.getUint32(4),
    retry: view.getUint32(8),
    expire: view.getUint32(12),
    minimum: view.getUint32(16),
  });
}

export function writeSoa(soa: Soa): Uint8Array {
  const names = soa.mname.length + soa.rname.length;
  const out = new Uint8Array(names + 20);
  out.set(soa.mname, 0);
  out.set(soa.rname, soa.mname.length);
  const view = new DataView(out.buffer, names);
  view.setUint32(0, soa.serial);
  view.setUint32(4, soa.refresh);
  view.setUint32(8, soa.retry);
  view.setUint32(12, soa.expire);
  view.setUint32(16, soa.minimum);
  return out;
}

/** The offset behind the uncompressed name at `at`, or -1. */
function skipName(bytes: Uint8Array, at: number): number {
  const start = at;
  while (at < bytes.length) {
    const length = bytes[at];
    if (length > MAX_LABEL) return -1;
    at += length + 1;
    if (length === 0) return at - start <= MAX_NAME ? at : -1;
  }
  return -1;
}
