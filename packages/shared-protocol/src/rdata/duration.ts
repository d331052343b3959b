/** Seconds a unit letter stands for, by its lower-case octet; 0 for every other octet. */
const UNIT = new Uint32Array(256);
for (const [letter, seconds] of Object.entries({ s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 })) {
  UNIT[letter.charCodeAt(0)] = seconds;
  UNIT[letter.toUpperCase().charCodeAt(0)] = seconds;
}

/** No duration has more seconds: enough for every field, and sums stay exact. */
const MAX = 0xffff_ffff_ff;

/**
 * Seconds of `3600`, `1h`, `1h30m` or `1W` in `bytes[start..end)`, as BIND reads TTLs: once there is a unit, every number
 * needs one. -1 when it is not a duration; large values are the caller's to refuse (they are at most 2^40).
 */
export function durationFromBytes(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  let i = start;
  do {
    let value = 0;
    const digits = i;
    for (; i < end; i++) {
      const digit = bytes[i] - 48;
      if (digit < 0 || digit > 9) break;
      value = Math.min(value * 10 + digit, MAX);
    }
    if (i === digits) return -1;
    if (i === end) return digits === start ? value : -1;
    const unit = UNIT[bytes[i++]];
    if (unit === 0) return -1;
    total = Math.min(total + value * unit, MAX);
  } while (i < end);
  return total;
}
