import { MAX_POINTERS, NAME_BAD_LABEL, NAME_BAD_POINTER, NAME_TOO_LONG, NAME_TRUNCATED } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';

/**
 * Names inside rdata may be compressed in a message. A receiver must expand those of RFC 1035 and of the types
 * RFC 3597 4 lists (KX by RFC 2230, DNAME accepted although RFC 6672 2.5 forbids sending it); the rdata of every other type
 * is taken as it is.
 */

/** Where the names stand: `PREFIX` octets, `NAMES` names, then exactly `SUFFIX` octets (`REST`: any number). */
const REST = 255;
const PREFIX = new Uint8Array(64);
const NAMES = new Uint8Array(64);
const SUFFIX = new Uint8Array(64);
/** What a type's rdata needs: nothing, a fixed length (A, AAAA), expansion, or NAPTR's own form. */
const PLAIN = 0;
const FIXED = 1;
const NAMED = 2;
const NAPTR = 3;
const FORM = new Uint8Array(64);
/** RFC 1035 types: the only ones whose names a sender may compress (RFC 3597 4). */
const COMPRESSIBLE = new Uint8Array(64);

function named(type: number, prefix: number, names: number, suffix: number, compressible = false): void {
  FORM[type] = NAMED;
  PREFIX[type] = prefix;
  NAMES[type] = names;
  SUFFIX[type] = suffix;
  COMPRESSIBLE[type] = compressible ? 1 : 0;
}

for (const type of [2, 3, 4, 5, 7, 8, 9, 12]) named(type, 0, 1, 0, true); // NS MD MF CNAME MB MG MR PTR
named(6, 0, 2, 20, true); // SOA
named(14, 0, 2, 0, true); // MINFO
named(15, 2, 1, 0, true); // MX
named(17, 0, 2, 0); // RP
for (const type of [18, 21, 36]) named(type, 2, 1, 0); // AFSDB RT KX
named(24, 18, 1, REST); // SIG
named(26, 2, 2, 0); // PX
named(30, 0, 1, REST); // NXT
named(33, 6, 1, 0); // SRV
named(39, 0, 1, 0); // DNAME
FORM[35] = NAPTR;
for (const [type, length] of [
  [1, 4], // A
  [28, 16], // AAAA
]) {
  FORM[type] = FIXED;
  PREFIX[type] = length;
}

/** True when the rdata of `type` can be used as it stands in the message. */
export function isPlainRdata(type: number): boolean {
  return type >= 64 || FORM[type] === PLAIN;
}

/** Length of the rdata before its names; only meaningful where {@link compressibleNames} is not 0. */
export function rdataPrefix(type: number): number {
  return PREFIX[type];
}

/** How many names of this type's rdata a sender may compress: 0 for all but the types of RFC 1035 (RFC 3597 4). */
export function compressibleNames(type: number): number {
  return type < 64 && COMPRESSIBLE[type] === 1 ? NAMES[type] : 0;
}

/** Refusals of {@link expandRdata}, beside the `NAME_*` ones. */
export const RDATA_BAD_LENGTH = -10;

/** Expanded rdata, reused from call to call: `bytes[start..end)`; `bytes` is the message itself when nothing had to be expanded. */
export class RdataBuffer {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Room for expansion; grows at most to 64 KiB and a bit. */
  scratch: Uint8Array = new Uint8Array(1024);
}

/**
 * The rdata at `message[start..end)` of a record, names expanded, into `out`. Checks that the names fill the rdata as the
 * type says, and the length of A and AAAA (class IN); other types are not looked into.
 * Empty rdata is fine where UPDATE uses it: class ANY and NONE (RFC 2136 2.4, 2.5).
 * @returns 0, or a negative refusal: one of `NAME_*` or {@link RDATA_BAD_LENGTH}.
 */
export function expandRdata(
  message: Uint8Array,
  type: number,
  rclass: number,
  start: number,
  end: number,
  out: RdataBuffer,
): number {
  out.bytes = message;
  out.start = start;
  out.end = end;
  if (type >= 64 || FORM[type] === PLAIN) return 0;
  const form = FORM[type];
  if (start === end && (rclass === CLASS.ANY || rclass === CLASS.NONE)) return 0;
  if (form === FIXED)
    return end - start === PREFIX[type] || (rclass !== CLASS.IN && rclass !== CLASS.NONE) ? 0 : RDATA_BAD_LENGTH;

  let names = 1;
  let prefixEnd = start;
  let suffix = 0;
  if (form === NAPTR) {
    // RFC 3403 4.1: order, preference, three character-strings, one name.
    prefixEnd += 4;
    for (let strings = 0; strings < 3; strings++) {
      if (prefixEnd >= end) return RDATA_BAD_LENGTH;
      prefixEnd += 1 + message[prefixEnd];
    }
  } else {
    prefixEnd += PREFIX[type];
    names = NAMES[type];
    suffix = SUFFIX[type];
  }
  if (prefixEnd > end) return RDATA_BAD_LENGTH;

  const needed = end - start + names * 256;
  if (out.scratch.length < needed) out.scratch = new Uint8Array(needed);
  const { scratch } = out;
  let at = start;
  let length = 0;
  while (at < prefixEnd) scratch[length++] = message[at++];
  for (; names > 0; names--) {
    const nameLength = appendName(message, at, end, scratch, length);
    if (nameLength < 0) return nameLength;
    length += nameLength;
    at = skipName(message, at);
  }
  const rest = end - at;
  if (rest < 0 || (suffix !== REST && rest !== suffix)) return RDATA_BAD_LENGTH;
  while (at < end) scratch[length++] = message[at++];
  if (length > 65_535) return RDATA_BAD_LENGTH;
  out.bytes = scratch;
  out.start = 0;
  out.end = length;
  return 0;
}

/** `readName` writing at any place of `out`, which must have 256 octets of room; returns the expanded length or a refusal. */
function appendName(message: Uint8Array, offset: number, end: number, out: Uint8Array, outAt: number): number {
  let at = offset;
  let barrier = offset;
  let length = 0;
  let hops = 0;
  for (;;) {
    if (at >= end) return NAME_TRUNCATED;
    const c = message[at];
    if (c === 0) {
      out[outAt + length] = 0;
      return length + 1;
    }
    if (c < 64) {
      if (at + 1 + c > end) return NAME_TRUNCATED;
      if (length + c + 2 > 255) return NAME_TOO_LONG;
      for (let i = 0; i <= c; i++) out[outAt + length + i] = message[at + i];
      length += c + 1;
      at += c + 1;
    } else if (c >= 0xc0) {
      if (at + 2 > end) return NAME_TRUNCATED;
      const target = ((c & 0x3f) << 8) | message[at + 1];
      if (target >= barrier || ++hops > MAX_POINTERS) return NAME_BAD_POINTER;
      barrier = target;
      at = target;
    } else {
      return NAME_BAD_LABEL;
    }
  }
}

/** The offset behind the name at `at`, which {@link appendName} has already found well-formed. */
function skipName(message: Uint8Array, at: number): number {
  for (;;) {
    const c = message[at];
    if (c === 0) return at + 1;
    if (c >= 0xc0) return at + 2;
    at += c + 1;
  }
}
