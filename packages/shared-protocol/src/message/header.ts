import { OPCODE } from '../record/constants.ts';

/**
 * The twelve octets every message begins with (RFC 1035 4.1.1), read straight from the bytes.
 * Callers check `bytes.length >= HEADER_LENGTH` first; shorter arrays read as zeros.
 */
export const HEADER_LENGTH = 12;

/** Longest DNS message: the TCP length prefix has 16 bits (RFC 1035 4.2.2). */
export const MAX_MESSAGE = 65_535;

/** Bits of the second 16-bit word of the header (RFC 1035 4.1.1; AD and CD: RFC 4035 3.2). */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, AD: 0x0020, CD: 0x0010 } as const;

export function messageId(bytes: Uint8Array): number {
  return (bytes[0] << 8) | bytes[1];
}

/** The whole flag word: QR, OPCODE, AA, TC, RD, RA, Z, AD, CD, RCODE. */
export function messageFlags(bytes: Uint8Array): number {
  return (bytes[2] << 8) | bytes[3];
}

export function messageOpcode(bytes: Uint8Array): number {
  return (bytes[2] >>> 3) & 0x0f;
}

/** The four RCODE bits of the header; EDNS may add eight more above them. */
export function messageRcode(bytes: Uint8Array): number {
  return bytes[3] & 0x0f;
}

export function isResponse(bytes: Uint8Array): boolean {
  return (bytes[2] & 0x80) !== 0;
}

export function isTruncated(bytes: Uint8Array): boolean {
  return (bytes[2] & 0x02) !== 0;
}

/** QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT for 0, 1, 2, 3 (in UPDATE: zone, prerequisites, updates, additional). */
export function sectionCount(bytes: Uint8Array, section: number): number {
  return (bytes[4 + 2 * section] << 8) | bytes[5 + 2 * section];
}

/** The flag word of an answer to `request`: QR set, OPCODE, RD and CD copied (RFC 1035 4.1.1, RFC 4035 3.2.2), plus `more` and the RCODE. */
export function responseFlags(request: Uint8Array, rcode: number, more = 0): number {
  const copied = messageFlags(request) & (0x7800 | FLAG.RD | FLAG.CD);
  // Only QUERY defines what RD and CD mean.
  return FLAG.QR | (messageOpcode(request) === OPCODE.QUERY ? copied : copied & 0x7800) | more | (rcode & 0x0f);
}
