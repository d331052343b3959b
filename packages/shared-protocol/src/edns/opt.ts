import { copyBytes } from '../bytes.ts';
import { fail, ok, type Result } from '../errors.ts';

/** One EDNS option (RFC 6891 6.1.2). */
export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT record of a message (RFC 6891 6.1). */
export interface Edns {
  /** Largest UDP message its sender takes, in octets, as sent (values below 512 mean 512, RFC 6891 6.2.3). */
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** Upper 8 bits of the 12-bit RCODE. Ignored when encoding a message: its `rcode` says it. */
  readonly extendedRcode: number;
  readonly options: readonly EdnsOption[];
}

/** Reads the OPT record's class, TTL (raw 32 bits) and rdata; the options' data is copied. */
export function readOpt(
  rclass: number,
  ttl: number,
  rdata: Uint8Array,
  start = 0,
  end: number = rdata.length,
): Result<Edns> {
  const options: EdnsOption[] = [];
  let at = start;
  while (at < end) {
    const dataStart = at + 4;
    const dataEnd = dataStart + ((rdata[at + 2] << 8) | rdata[at + 3]);
    if (dataStart > end || dataEnd > end)
      return fail('opt-malformed', 'an EDNS option is longer than the OPT record that holds it');
    options.push({ code: (rdata[at] << 8) | rdata[at + 1], data: copyBytes(rdata, dataStart, dataEnd) });
    at = dataEnd;
  }
  return ok({
    udpSize: rclass,
    extendedRcode: (ttl >>> 24) & 0xff,
    version: (ttl >>> 16) & 0xff,
    dnssecOk: (ttl & 0x8000) !== 0,
    options,
  });
}

/** The TTL field of an OPT record; `rcode` is the whole 12-bit RCODE. */
export function optTtl(rcode: number, version: number, dnssecOk: boolean): number {
  return (((rcode >>> 4) << 24) | (version << 16) | (dnssecOk ? 0x8000 : 0)) >>> 0;
}

/** The rdata of an OPT record. */
export function optRdata(options: readonly EdnsOption[]): Uint8Array {
  let length = 0;
  for (const { data } of options) length += 4 + data.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const { code, data } of options) {
    out[at] = code >>> 8;
    out[at + 1] = code;
    out[at + 2] = data.length >>> 8;
    out[at + 3] = data.length;
    out.set(data, at + 4);
    at += 4 + data.length;
  }
  return out;
}
