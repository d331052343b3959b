import type { ResourceRecord } from './record.ts';

/**
 * A record run: records one after the other in uncompressed wire form
 * (owner, type, class, TTL, rdlength, rdata; RFC 1035 4.1.3). The journal and diffs are made of runs.
 */
export function runLength(records: Iterable<ResourceRecord>): number {
  let length = 0;
  for (const record of records) length += record.name.length + 10 + record.rdata.length;
  return length;
}

/** Writes `record` at `at` and returns the offset behind it. `out` must have room. */
export function writeRunRecord(out: Uint8Array, at: number, record: ResourceRecord): number {
  const { name, rdata } = record;
  out.set(name, at);
  at += name.length;
  out[at] = record.type >>> 8;
  out[at + 1] = record.type;
  out[at + 2] = record.class >>> 8;
  out[at + 3] = record.class;
  out[at + 4] = record.ttl >>> 24;
  out[at + 5] = record.ttl >>> 16;
  out[at + 6] = record.ttl >>> 8;
  out[at + 7] = record.ttl;
  out[at + 8] = rdata.length >>> 8;
  out[at + 9] = rdata.length;
  out.set(rdata, at + 10);
  return at + 10 + rdata.length;
}

export function encodeRun(records: readonly ResourceRecord[]): Uint8Array {
  const out = new Uint8Array(runLength(records));
  let at = 0;
  for (const record of records) at = writeRunRecord(out, at, record);
  return out;
}

/** The records of a run that this program wrote (trusted bytes); names and rdata share memory with `run`. */
export function* decodeRun(run: Uint8Array, start = 0, end: number = run.length): Generator<ResourceRecord> {
  let at = start;
  while (at < end) {
    const nameStart = at;
    while (run[at] !== 0) at += run[at] + 1;
    at++;
    const name = run.subarray(nameStart, at);
    const type = (run[at] << 8) | run[at + 1];
    const rclass = (run[at + 2] << 8) | run[at + 3];
    const ttl = ((run[at + 4] << 24) | (run[at + 5] << 16) | (run[at + 6] << 8) | run[at + 7]) >>> 0;
    const length = (run[at + 8] << 8) | run[at + 9];
    const rdata = run.subarray(at + 10, at + 10 + length);
    at += 10 + length;
    yield { name, type, class: rclass, ttl, rdata };
  }
}
