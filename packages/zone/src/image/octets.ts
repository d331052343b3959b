/** Copies `from[start..end)` to `to` at `at`. Short runs are the rule here, and a loop beats a view and a call for them. */
export function copyOctets(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  if (end - start > 128) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let i = start; i < end; i++) to[at++] = from[i];
}

/** Order of two octet strings, a shorter one before its continuations (RFC 4034 6.3). */
export function compareOctets(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const shorter = Math.min(aLength, bLength);
  for (let i = 0; i < shorter; i++) {
    const order = a[aStart + i] - b[bStart + i];
    if (order !== 0) return order;
  }
  return aLength - bLength;
}
