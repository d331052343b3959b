import { LOWER } from '@zonewire/shared-protocol';

/**
 * Names inside an image are relative to the apex: wire labels without the root label, `bytes[start..end)`;
 * the apex is the empty range. All functions ignore ASCII case (RFC 4343).
 */

const LABEL_STARTS_A = new Int32Array(128);
const LABEL_STARTS_B = new Int32Array(128);

/** Hash of a child's name from the parent's hash and the child's first label, whose length octet is at `at`. */
export function hashLabel(parent: number, bytes: Uint8Array, at: number): number {
  const length = bytes[at];
  const end = at + 1 + length;
  let i = at + 1;
  let h = Math.imul(parent ^ length, 0x9e3779b1);
  // OR 0x20 makes letters equal whatever their case; that other octets collide too costs a comparison, no more.
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24) | 0x20202020;
    h = Math.imul(h ^ word, 0x85ebca6b);
    h ^= h >>> 15;
  }
  let rest = 0;
  for (; i < end; i++) rest = (rest << 8) | bytes[i] | 0x20;
  h = Math.imul(h ^ rest, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
  return h ^ (h >>> 15);
}

/** Hash of a whole relative name; the apex hashes to the seed. */
export function hashName(seed: number, bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return seed;
  if (start + bytes[start] + 1 === end) return hashLabel(seed, bytes, start);
  let labels = 0;
  for (let at = start; at < end; at += bytes[at] + 1) LABEL_STARTS_A[labels++ & 127] = at;
  let hash = seed;
  while (labels > 0) hash = hashLabel(hash, bytes, LABEL_STARTS_A[--labels & 127]);
  return hash;
}

export function sameRelativeName(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j] && LOWER[a[i]] !== LOWER[b[j]]) return false;
  return true;
}

/** Canonical order (RFC 4034 6.1) of two relative names: negative, 0 or positive. */
export function compareRelativeNames(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  let aLabels = 0;
  let bLabels = 0;
  for (let at = aStart; at < aEnd; at += a[at] + 1) LABEL_STARTS_A[aLabels++ & 127] = at;
  for (let at = bStart; at < bEnd; at += b[at] + 1) LABEL_STARTS_B[bLabels++ & 127] = at;
  while (aLabels > 0 && bLabels > 0) {
    const order = compareLabels(a, LABEL_STARTS_A[--aLabels], b, LABEL_STARTS_B[--bLabels]);
    if (order !== 0) return order;
  }
  return aLabels - bLabels;
}

/** Order of two labels given by their length octets' offsets. */
export function compareLabels(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  const aLength = a[aAt];
  const bLength = b[bAt];
  const shorter = Math.min(aLength, bLength);
  for (let k = 1; k <= shorter; k++) {
    const x = a[aAt + k];
    const y = b[bAt + k];
    if (x !== y) {
      const order = LOWER[x] - LOWER[y];
      if (order !== 0) return order;
    }
  }
  return aLength - bLength;
}

/**
 * Where the part of `name[start..end)` (absolute, well-formed) below `apex` ends: the offset of the apex's first octet
 * inside `name`, or -1 when the name is not at or below the apex.
 */
export function apexOffset(name: Uint8Array, start: number, end: number, apex: Uint8Array): number {
  const from = end - apex.length;
  if (from < start) return -1;
  let at = start;
  while (at < from) at += name[at] + 1;
  if (at !== from) return -1;
  for (let i = 0, j = from; j < end; i++, j++) if (name[j] !== apex[i] && LOWER[name[j]] !== LOWER[apex[i]]) return -1;
  return from;
}
