/** Words of ASCII letters and digits in octets, whatever their case. */

/** The number of `TYPE65280` or `CLASS1` (RFC 3597 5) behind its `prefix`; -1 when that is not what stands there. */
export function numberBehind(prefix: string, bytes: Uint8Array, start: number, end: number): number {
  const digits = start + prefix.length;
  if (digits >= end || end - digits > 5 || !equalsUpper(bytes, start, digits, prefix)) return -1;
  let value = 0;
  for (let i = digits; i < end; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value > 65_535 ? -1 : value;
}

/** True when `bytes[start..end)` is `text` (upper case) whatever its case. */
export function equalsUpper(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (upper(bytes[start + i]) !== text.charCodeAt(i)) return false;
  return true;
}

export function upper(c: number): number {
  return c >= 0x61 && c <= 0x7a ? c - 32 : c;
}
