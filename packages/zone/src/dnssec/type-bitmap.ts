import { typeToText } from '@zonewire/shared-protocol';

/** Types in a type bitmap, `bytes[start..end)` (RFC 4034 4.1.2), ascending; undefined when it is malformed. */
export function readTypeBitmap(bytes: Uint8Array, start: number, end: number): number[] | undefined {
  const types: number[] = [];
  let window = -1;
  for (let at = start; at < end; ) {
    const length = bytes[at + 1];
    if (end - at < 3 || bytes[at] <= window || length < 1 || length > 32 || at + 2 + length > end) return undefined;
    window = bytes[at];
    for (let i = 0; i < length; i++)
      for (let bit = 0; bit < 8; bit++)
        if ((bytes[at + 2 + i] & (0x80 >> bit)) !== 0) types.push((window << 8) | (i << 3) | bit);
    at += 2 + length;
  }
  return types;
}

/** What is wrong with a bitmap that should hold the `count` types `expected` (ascending), in words; undefined: nothing. */
export function bitmapFault(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: Uint16Array,
  count: number,
): string | undefined {
  if (isCanonical(bytes, start, end, expected, count)) return undefined;
  const types = readTypeBitmap(bytes, start, end);
  if (types === undefined) return 'its type bitmap is malformed';
  const wanted = expected.subarray(0, count);
  const missing = [...wanted].filter((type) => !types.includes(type));
  const extra = types.filter((type) => !wanted.includes(type));
  const list = (all: readonly number[]) => all.slice(0, 10).map(typeToText).join(' ');
  if (missing.length > 0)
    return `its type bitmap lacks ${list(missing)}${extra.length > 0 ? ` and has ${list(extra)} too much` : ''}`;
  return extra.length > 0 ? `its type bitmap has ${list(extra)}, which the name has not` : undefined;
}

/** The quick way for nearly all: writes nothing, compares block by block. */
function isCanonical(bytes: Uint8Array, start: number, end: number, expected: Uint16Array, count: number): boolean {
  let at = start;
  for (let i = 0; i < count; ) {
    const window = expected[i] >>> 8;
    if (at + 2 > end || bytes[at] !== window) return false;
    const blockEnd = at + 2 + bytes[at + 1];
    if (blockEnd > end) return false;
    let octet = at + 2;
    while (i < count && expected[i] >>> 8 === window) {
      const index = (expected[i] & 0xff) >>> 3;
      while (octet < at + 2 + index) if (octet >= blockEnd || bytes[octet++] !== 0) return false;
      let bits = 0;
      while (i < count && expected[i] >>> 8 === window && (expected[i] & 0xff) >>> 3 === index)
        bits |= 0x80 >> (expected[i++] & 7);
      if (octet >= blockEnd || bytes[octet++] !== bits) return false;
    }
    if (octet !== blockEnd) return false;
    at = blockEnd;
  }
  return at === end;
}
