import { LOWER } from '@zonewire/shared-protocol';
import { nameEnd } from '../lookup/rdata-target.ts';

/** The fields of an RRSIG (RFC 4034 3.1), read in place. Times are seconds as they stand there, to be compared modulo 2^32. */
export class Rrsig {
  algorithm = 0;
  labels = 0;
  originalTtl = 0;
  expiration = 0;
  inception = 0;
  keyTag = 0;
  signerStart = 0;
  signerEnd = 0;
  signatureEnd = 0;

  /** False when `bytes[start..end)` is not well-formed. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < 20) return false;
    this.algorithm = bytes[start + 2];
    this.labels = bytes[start + 3];
    this.originalTtl = word(bytes, start + 4);
    this.expiration = word(bytes, start + 8);
    this.inception = word(bytes, start + 12);
    this.keyTag = (bytes[start + 16] << 8) | bytes[start + 17];
    this.signerStart = start + 18;
    this.signerEnd = nameEnd(bytes, start + 18, end);
    this.signatureEnd = end;
    return this.signerEnd > 0 && this.signerEnd < end;
  }

  isSigner(bytes: Uint8Array, zone: Uint8Array): boolean {
    if (this.signerEnd - this.signerStart !== zone.length) return false;
    for (let i = 0; i < zone.length; i++) if (LOWER[bytes[this.signerStart + i]] !== LOWER[zone[i]]) return false;
    return true;
  }
}

/** True when serial-like time `a` is before `b` (RFC 4034 3.1.5, RFC 1982). */
export function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
