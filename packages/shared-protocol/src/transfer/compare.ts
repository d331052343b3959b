import { LOWER, type Name } from '../name/name.ts';

/** True when the name `bytes[0..length)` is `zone` (lower case) or below it. */
export function isBelow(bytes: Uint8Array, length: number, zone: Name): boolean {
  const from = length - zone.length;
  let i = 0;
  while (i < from) i += bytes[i] + 1;
  if (i !== from) return false;
  for (let j = 0; j < zone.length; j++) if (LOWER[bytes[i + j]] !== zone[j]) return false;
  return true;
}

/** Equal SOA rdata; the two names may differ in case, as compression may change it. */
export function sameSoa(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  if (a.length !== end - start) return false;
  const names = a.length - 20;
  for (let i = 0; i < a.length; i++)
    if (a[i] !== b[start + i] && (i >= names || LOWER[a[i]] !== LOWER[b[start + i]])) return false;
  return true;
}

/** Unsigned, big-endian. */
export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
