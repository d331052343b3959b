import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import { read16 } from './numbers.ts';

const DOT = 0x2e;
const COLON = 0x3a;

/** An IPv4 address, dotted decimal with four numbers without leading zeros. */
export const ipv4: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    input.room(4);
    if (!ipv4FromBytes(scanner.bytes, scanner.start, scanner.stop, input.bytes, input.length))
      throw new TextProblem('ipv4-invalid', `${tokenText(scanner)} is not an IPv4 address; write it like 192.0.2.1`);
    input.length += 4;
    scanner.next();
  },
  check: (_, at, end) => (at + 4 <= end ? at + 4 : -1),
  print(rdata, at, _, output) {
    output.word(ipv4ToText(rdata, at));
    return at + 4;
  },
};

/** An IPv6 address (RFC 4291 2.2), the last 32 bits also as IPv4; printed as RFC 5952 says. */
export const ipv6: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    input.room(16);
    if (!ipv6FromBytes(scanner.bytes, scanner.start, scanner.stop, input.bytes, input.length))
      throw new TextProblem('ipv6-invalid', `${tokenText(scanner)} is not an IPv6 address; write it like 2001:db8::1`);
    input.length += 16;
    scanner.next();
  },
  check: (_, at, end) => (at + 16 <= end ? at + 16 : -1),
  print(rdata, at, _, output) {
    output.word(ipv6ToText(rdata, at));
    return at + 16;
  },
};

/** Reads `text[start..end)` into `out[at..at+4)`; false when it is not an IPv4 address. */
export function ipv4FromBytes(text: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean {
  let i = start;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && (i >= end || text[i++] !== DOT)) return false;
    let value = 0;
    const digits = i;
    for (; i < end; i++) {
      const digit = text[i] - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > 255) return false;
    }
    if (i === digits || (i - digits > 1 && text[digits] === 48)) return false;
    out[at + part] = value;
  }
  return i === end;
}

/** Reads `text[start..end)` into `out[at..at+16)`; false when it is not an IPv6 address. */
export function ipv6FromBytes(text: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean {
  let octets = 0;
  let gap = -1;
  let i = start;
  if (text[i] === COLON) {
    if (i + 1 >= end || text[i + 1] !== COLON) return false;
    i++;
  }
  while (i < end) {
    if (text[i] === COLON) {
      // The second colon of "::"; the first was taken behind the group before it.
      if (gap >= 0) return false;
      gap = octets;
      i++;
      continue;
    }
    if (octets > 14) return false;
    let value = 0;
    const digits = i;
    for (; i < end; i++) {
      const digit = hexDigit(text[i]);
      if (digit < 0) break;
      value = (value << 4) | digit;
      if (i - digits > 3) return false;
    }
    if (i === digits) return false;
    if (i < end && text[i] === DOT) {
      if (octets > 12 || !ipv4FromBytes(text, digits, end, out, at + octets)) return false;
      octets += 4;
      break;
    }
    out[at + octets++] = value >>> 8;
    out[at + octets++] = value;
    if (i < end && (text[i++] !== COLON || i === end)) return false;
  }
  if (gap < 0) return octets === 16;
  if (octets > 14) return false;
  const moved = octets - gap;
  out.copyWithin(at + 16 - moved, at + gap, at + octets);
  out.fill(0, at + gap, at + 16 - moved);
  return true;
}

export function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

export function ipv4ToText(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`; `::ffff:192.0.2.1` mixed. */
export function ipv6ToText(bytes: Uint8Array, at = 0): string {
  const groups = Array.from({ length: 8 }, (_, i) => read16(bytes, at + 2 * i));
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0))
    return `::ffff:${ipv4ToText(bytes, at + 12)}`;
  let best = 0;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return bestLength === 1 ? hex(0, 8) : `${hex(0, best)}::${hex(best + bestLength, 8)}`;
}

/** EUI-48 and EUI-64 (RFC 7043): pairs of hex digits with hyphens. */
export function eui(octets: number): Field {
  const form = new RegExp(`^[0-9a-f]{2}(-[0-9a-f]{2}){${octets - 1}}$`, 'i');
  return {
    read(input) {
      const { scanner } = input;
      input.expectWord();
      const text = tokenText(scanner).slice(1, -1);
      if (!form.test(text)) {
        const example = Array.from({ length: octets }, () => '5e').join('-');
        throw new TextProblem('eui-invalid', `${tokenText(scanner)} is not ${octets} octets like ${example}`);
      }
      input.putBytes(text.split('-').map((pair) => Number.parseInt(pair, 16)));
      scanner.next();
    },
    check: (_, at, end) => (at + octets <= end ? at + octets : -1),
    print(rdata, at, _, output) {
      output.word(Array.from(rdata.subarray(at, at + octets), (c) => c.toString(16).padStart(2, '0')).join('-'));
      return at + octets;
    },
  };
}

/** The 64-bit node identifier or locator of ILNP (RFC 6742 2.1.2, 2.3.2): four groups of hex digits. */
export const ilnp64: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const text = tokenText(scanner).slice(1, -1);
    if (!/^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}$/i.test(text))
      throw new TextProblem('ilnp-invalid', `${tokenText(scanner)} is not four groups like 2001:db8:1140:1000`);
    for (const group of text.split(':')) input.put16(Number.parseInt(group, 16));
    scanner.next();
  },
  check: (_, at, end) => (at + 8 <= end ? at + 8 : -1),
  print(rdata, at, _, output) {
    output.word([0, 2, 4, 6].map((i) => read16(rdata, at + i).toString(16)).join(':'));
    return at + 8;
  },
};
