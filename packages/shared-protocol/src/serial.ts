/** Serial number arithmetic, RFC 1982, with SERIAL_BITS = 32. Serials are unsigned 32-bit integers held as numbers. */

/** Where `a` stands to `b` (RFC 1982 3.2). `undefined` is the pair exactly 2^31 apart, which the RFC leaves undefined. */
export function compareSerials(a: number, b: number): -1 | 0 | 1 | undefined {
  const distance = (b - a) >>> 0;
  if (distance === 0) return 0;
  if (distance === 0x8000_0000) return undefined;
  return distance < 0x8000_0000 ? -1 : 1;
}

/** True when `a` is newer than `b`. The undefined pair counts as not newer: nobody moves on a doubtful serial. */
export function isNewerSerial(a: number, b: number): boolean {
  return compareSerials(a, b) === 1;
}

/** True when `a` is `b` or older. The undefined pair is neither. */
export function isSameOrOlderSerial(a: number, b: number): boolean {
  const order = compareSerials(a, b);
  return order === 0 || order === -1;
}

/** `serial + n` modulo 2^32; RFC 1982 3.1 allows `n` from 0 to 2^31 - 1. */
export function addToSerial(serial: number, n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > 0x7fff_ffff) throw new RangeError(`serial increment out of range: ${n}`);
  return (serial + n) >>> 0;
}
