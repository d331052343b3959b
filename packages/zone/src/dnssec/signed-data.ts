import { hasCanonicalNames, LOWER, lowercaseRdataNames } from '@zonewire/shared-protocol';
import { canonicalRdatas, mayChangeOrder } from '../canonical-stream.ts';
import type { Layer } from '../image/layer.ts';
import { copyOctets } from '../image/octets.ts';
import type { RRsetCursor } from '../image/rrset-cursor.ts';
import type { Rrsig } from './rrsig.ts';

/** Fixed fields of an RRSIG, and a signer's name. */
const LONGEST_HEAD = 18 + 255;

/** What a signature is made over (RFC 4034 3.1.8.1): head of the RRSIG, then the RRset in canonical form. Reused from RRset to RRset. */
export class SignedData {
  /** The owner in lower case; `owner[0..ownerLength)`. */
  readonly owner: Uint8Array = new Uint8Array(512);
  ownerLength = 0;
  /** Labels of the owner, root and a leading asterisk not counted (RFC 4034 3.1.3). */
  labels = 0;
  #buffer = new Uint8Array(4096);
  /** The RRset lies in the buffer from LONGEST_HEAD to here. */
  #end = LONGEST_HEAD;

  setOwner(layer: Layer, node: number, apex: Uint8Array): void {
    const { bytes } = layer;
    const { owner } = this;
    let at = 0;
    for (let i = node + 8, end = i + bytes[node]; i < end; i++) owner[at++] = LOWER[bytes[i]];
    for (let i = 0; i < apex.length; i++) owner[at++] = LOWER[apex[i]];
    this.ownerLength = at;
    this.labels = owner[0] === 1 && owner[1] === 0x2a ? -1 : 0;
    for (let i = 0; owner[i] !== 0; i += owner[i] + 1) this.labels++;
  }

  /** Lays the RRset where `cursor` stands (its records not begun) into the buffer. */
  setRRset(cursor: RRsetCursor): void {
    this.#end = LONGEST_HEAD;
    const { type, ttl } = cursor;
    const named = hasCanonicalNames(type);
    if (named && mayChangeOrder(cursor)) {
      for (const rdata of canonicalRdatas(cursor)) this.#put(type, ttl, rdata, 0, rdata.length);
      return;
    }
    while (cursor.nextRecord()) {
      const at = this.#put(type, ttl, cursor.bytes, cursor.rdataStart, cursor.rdataEnd);
      if (named) lowercaseRdataNames(type, this.#buffer, at, this.#end);
    }
  }

  /**
   * The octets that `rrsig`, whose rdata begins at `bytes[start]`, is made over, if its original TTL is the one of the RRset. Good until the
   * next call.
   */
  for(rrsig: Rrsig, bytes: Uint8Array, start: number): Uint8Array {
    const { signerStart, signerEnd } = rrsig;
    const buffer = this.#buffer;
    const from = LONGEST_HEAD - (signerEnd - start);
    let at = from;
    for (let i = start; i < signerStart; i++) buffer[at++] = bytes[i];
    for (let i = signerStart; i < signerEnd; i++) buffer[at++] = LOWER[bytes[i]];
    return buffer.subarray(from, this.#end);
  }

  /** @returns where the rdata lies. */
  #put(type: number, ttl: number, rdata: Uint8Array, start: number, end: number): number {
    const { ownerLength } = this;
    const length = end - start;
    let at = this.#end;
    if (at + ownerLength + 10 + length > this.#buffer.length) this.#grow(at + ownerLength + 10 + length);
    const buffer = this.#buffer;
    copyOctets(buffer, at, this.owner, 0, ownerLength);
    at += ownerLength;
    buffer[at] = type >>> 8;
    buffer[at + 1] = type;
    buffer[at + 2] = 0;
    buffer[at + 3] = 1;
    putWord(buffer, at + 4, ttl);
    buffer[at + 8] = length >>> 8;
    buffer[at + 9] = length;
    copyOctets(buffer, at + 10, rdata, start, end);
    this.#end = at + 10 + length;
    return at + 10;
  }

  #grow(length: number): void {
    const wider = new Uint8Array(2 * length);
    wider.set(this.#buffer.subarray(0, this.#end));
    this.#buffer = wider;
  }
}

function putWord(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}
