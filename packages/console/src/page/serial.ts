/** Whether serial `a` comes after `b` (RFC 1982 3.2). */
export function serialAfter(a: number, b: number): boolean {
  return a !== b && (a - b) >>> 0 < 0x8000_0000;
}
