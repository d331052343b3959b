import { canonicalRdata, hasCanonicalNames, LOWER, lowercaseRdataNames } from '@zonewire/shared-protocol';
import { CanonicalWalk } from './image/canonical-walk.ts';
import { compareOctets, copyOctets } from './image/octets.ts';
import { RRsetCursor } from './image/rrset-cursor.ts';
import type { ZoneVersion } from './version.ts';

const CHUNK = 1 << 16;
/** Owner, fixed fields, and the longest rdata. */
const LONGEST_RECORD = 256 + 10 + 0x1_0000;

export interface CanonicalOptions {
  /** RRsets at the apex that are left out: `type`, and for RRSIG the type `covered` (else 0). */
  readonly withoutAtApex?: (type: number, covered: number) => boolean;
}

/**
 * Passes all records of a version to `sink` in canonical form and order (RFC 4034 6, RFC 8976 3.3.1), in pieces of about 64 KiB
 * that are good until the next one. What lies in the packed layers is read in place: a million records cost no object.
 */
export function canonicalOctets(
  version: ZoneVersion,
  sink: (piece: Uint8Array) => void,
  o: CanonicalOptions = {},
): void {
  canonicalOctetsInSteps(version, sink, Number.POSITIVE_INFINITY, o).next();
}

/** {@link canonicalOctets} with a pause (`yield`) after every `names` names, for who has other things to do in between. */
export function* canonicalOctetsInSteps(
  version: ZoneVersion,
  sink: (piece: Uint8Array) => void,
  names: number,
  o: CanonicalOptions = {},
): Generator<void, void, void> {
  const stream = new CanonicalStream(sink);
  const cursor = new RRsetCursor();
  const walk = new CanonicalWalk(version.stack.layers);
  let left = names;
  while (walk.next()) {
    if (--left < 0) {
      yield;
      left = names - 1;
    }
    const { bytes } = walk.layer;
    const isApex = bytes[walk.node] === 0;
    stream.owner(bytes, walk.node + 8, walk.node + 8 + bytes[walk.node], version.apex);
    cursor.start(walk.layer, walk.node);
    while (cursor.nextRRset()) {
      if (isApex && o.withoutAtApex?.(cursor.type, cursor.key & 0xffff)) continue;
      const named = hasCanonicalNames(cursor.type);
      if (named && mayChangeOrder(cursor)) {
        canonicalRRset(cursor, stream);
      } else {
        while (cursor.nextRecord())
          stream.record(cursor.type, named, cursor.ttl, bytes, cursor.rdataStart, cursor.rdataEnd);
      }
    }
  }
  stream.flush();
}

/** Names inside rdata count in lower case (RFC 4034 6.2); with several records that may change their order. */
export function mayChangeOrder(cursor: RRsetCursor): boolean {
  const { bytes, dataStart, dataEnd } = cursor;
  if (dataStart + 2 + ((bytes[dataStart] << 8) | bytes[dataStart + 1]) === dataEnd) return false;
  for (let at = dataStart; at < dataEnd; at++) if (bytes[at] !== LOWER[bytes[at]]) return true;
  return false;
}

/** The rest of the cursor's RRset in canonical form, ascending, each once (RFC 4034 6.3). */
export function canonicalRdatas(cursor: RRsetCursor): Uint8Array[] {
  const rdatas: Uint8Array[] = [];
  while (cursor.nextRecord())
    rdatas.push(canonicalRdata(cursor.type, cursor.bytes.slice(cursor.rdataStart, cursor.rdataEnd)));
  const compare = (a: Uint8Array, b: Uint8Array) => compareOctets(a, 0, a.length, b, 0, b.length);
  rdatas.sort(compare);
  return rdatas.filter((rdata, i) => i === 0 || compare(rdatas[i - 1], rdata) !== 0);
}

/**
 * Lower case may change the order of rdata and make two records one (RFC 8976 3.3.1.1: of identical records one counts).
 * All RRSIGs of a name are one RRset to the RFC; kept by covered type, they already follow each other in that order.
 */
function canonicalRRset(cursor: RRsetCursor, stream: CanonicalStream): void {
  for (const rdata of canonicalRdatas(cursor)) stream.record(cursor.type, false, cursor.ttl, rdata, 0, rdata.length);
}

/** Records in canonical form, handed on in large pieces. */
class CanonicalStream {
  readonly #sink: (piece: Uint8Array) => void;
  readonly #chunk = new Uint8Array(CHUNK + LONGEST_RECORD);
  #length = 0;
  readonly #owner = new Uint8Array(512);
  #ownerLength = 0;

  constructor(sink: (piece: Uint8Array) => void) {
    this.#sink = sink;
  }

  owner(relative: Uint8Array, start: number, end: number, apex: Uint8Array): void {
    const owner = this.#owner;
    let at = 0;
    for (let i = start; i < end; i++) owner[at++] = LOWER[relative[i]];
    for (let i = 0; i < apex.length; i++) owner[at++] = LOWER[apex[i]];
    this.#ownerLength = at;
  }

  /** @param named names inside the rdata are still to be brought into lower case */
  record(type: number, named: boolean, ttl: number, rdata: Uint8Array, start: number, end: number): void {
    const chunk = this.#chunk;
    let at = this.#length;
    copyOctets(chunk, at, this.#owner, 0, this.#ownerLength);
    at += this.#ownerLength;
    const length = end - start;
    chunk[at] = type >>> 8;
    chunk[at + 1] = type;
    chunk[at + 2] = 0;
    chunk[at + 3] = 1;
    chunk[at + 4] = ttl >>> 24;
    chunk[at + 5] = ttl >>> 16;
    chunk[at + 6] = ttl >>> 8;
    chunk[at + 7] = ttl;
    chunk[at + 8] = length >>> 8;
    chunk[at + 9] = length;
    copyOctets(chunk, at + 10, rdata, start, end);
    if (named) lowercaseRdataNames(type, chunk, at + 10, at + 10 + length);
    this.#length = at + 10 + length;
    if (this.#length >= CHUNK) this.flush();
  }

  flush(): void {
    if (this.#length > 0) this.#sink(this.#chunk.subarray(0, this.#length));
    this.#length = 0;
  }
}
