import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { hexDigit } from './addresses.ts';
import { stringEnd } from './strings.ts';

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).toUpperCase().padStart(2, '0'));

const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32HEX_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV';
const BASE64_VALUE = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) BASE64_VALUE[BASE64_ALPHABET.charCodeAt(i)] = i;
const BASE32HEX_VALUE = new Int8Array(256).fill(-1);
for (let i = 0; i < 32; i++) {
  BASE32HEX_VALUE[BASE32HEX_ALPHABET.charCodeAt(i)] = i;
  BASE32HEX_VALUE[BASE32HEX_ALPHABET.toLowerCase().charCodeAt(i)] = i;
}

/** Hex up to the end of the record, in any number of words; at least one octet. */
export const hex: Field = {
  read: (input) => {
    takeHex(input);
  },
  check: (_, at, end) => (at < end ? end : -1),
  print(rdata, at, end, output) {
    output.word(hexText(rdata, at, end));
    return end;
  },
};

/** Base64 up to the end of the record, in any number of words; at least one octet. */
export const base64: Field = {
  read: (input) => takeBase64(input, false),
  check: (_, at, end) => (at < end ? end : -1),
  print(rdata, at, end, output) {
    output.word(base64Text(rdata, at, end));
    return end;
  },
};

/** Base64 that may be left out (IPSECKEY). */
export const optionalBase64: Field = {
  read: (input) => {
    if (input.more) takeBase64(input, false);
  },
  check: (_, at, end) => (at <= end ? end : -1),
  print: (rdata, at, end, output) => (at === end ? end : base64.print(rdata, at, end, output)),
};

/** The key of a KEY record, which is left out exactly when the first two of its flags say that there is none (RFC 2535 3.1.2). */
export const keyUnlessNone: Field = {
  read: (input) => {
    if (input.more || !saysNoKey(input.bytes, input.length)) takeBase64(input, false);
  },
  check: (rdata, at, end) => (at < end || saysNoKey(rdata, at) ? end : -1),
  print: optionalBase64.print,
};

/** The flags stand four octets before the key. */
function saysNoKey(bytes: Uint8Array, keyAt: number): boolean {
  return (bytes[keyAt - 4] & 0xc0) === 0xc0;
}

/** Base64 in which `-` means no octets (DOA). */
export const base64OrHyphen: Field = {
  read: (input) => {
    const { scanner } = input;
    if (scanner.stop === scanner.start + 1 && scanner.bytes[scanner.start] === 0x2d) scanner.next();
    else takeBase64(input, false);
  },
  check: (_, at, end) => (at <= end ? end : -1),
  print(rdata, at, end, output) {
    output.word(at === end ? '-' : base64Text(rdata, at, end));
    return end;
  },
};

/** The salt of NSEC3 (RFC 5155 3.3): a length octet; in text hex without blanks, `-` when empty. */
export const salt: Field = {
  read(input) {
    input.room(256);
    const lengthAt = input.length++;
    const { scanner } = input;
    if (scanner.stop === scanner.start + 1 && scanner.bytes[scanner.start] === 0x2d) {
      input.bytes[lengthAt] = 0;
      scanner.next();
      return;
    }
    const length = takeHexWord(input, 255);
    input.bytes[lengthAt] = length;
  },
  check: stringEnd,
  print(rdata, at, _, output) {
    const stop = at + 1 + rdata[at];
    output.word(rdata[at] === 0 ? '-' : hexText(rdata, at + 1, stop));
    return stop;
  },
};

/** The next hashed owner of NSEC3 (RFC 5155 3.3): a length octet; in text base32hex without padding. */
export const base32hex: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const { bytes, start, stop } = scanner;
    const length = Math.floor(((stop - start) * 5) / 8);
    const wrong = () =>
      new TextProblem('base32hex-invalid', `${tokenText(scanner)} is not base32hex (digits 0-9 A-V, no padding)`);
    if (length < 1 || length > 255 || Math.ceil((length * 8) / 5) !== stop - start) throw wrong();
    input.put8(length);
    let bits = 0;
    let value = 0;
    for (let i = start; i < stop; i++) {
      const digit = BASE32HEX_VALUE[bytes[i]];
      if (digit < 0) throw wrong();
      value = ((value << 5) | digit) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        input.put8((value >> bits) & 0xff);
      }
    }
    if ((value & ((1 << bits) - 1)) !== 0) throw wrong();
    scanner.next();
  },
  check: (rdata, at, end) => (at < end && rdata[at] === 0 ? -1 : stringEnd(rdata, at, end)),
  print(rdata, at, _, output) {
    const stop = at + 1 + rdata[at];
    let text = '';
    let bits = 0;
    let value = 0;
    for (let i = at + 1; i < stop; i++) {
      value = ((value << 8) | rdata[i]) & 0xfff;
      for (bits += 8; bits >= 5; ) {
        bits -= 5;
        text += BASE32HEX_ALPHABET[(value >> bits) & 31];
      }
    }
    if (bits > 0) text += BASE32HEX_ALPHABET[(value << (5 - bits)) & 31];
    output.word(text);
    return stop;
  },
};

/**
 * A digest in hex up to the end of the record, behind the octet that says its algorithm; `lengths` by algorithm, any other
 * has at least `min` octets.
 */
export function digest(lengths: Readonly<Record<number, number>>, min = 1): Field {
  return {
    read(input) {
      const algorithm = input.bytes[input.length - 1];
      const length = takeHex(input);
      const expected = lengths[algorithm];
      if (length < min) throw new TextProblem('digest-length', `has ${length} octets, but has to have ${min} at least`);
      if (expected !== undefined && length !== expected)
        throw new TextProblem(
          'digest-length',
          `has ${length} octets, but algorithm ${algorithm} makes ${expected} (${expected * 2} hex digits)`,
        );
    },
    check(rdata, at, end) {
      const expected = lengths[rdata[at - 1]];
      return end - at >= min && (expected === undefined || end - at === expected) ? end : -1;
    },
    print: hex.print,
  };
}

/** Takes hex words up to the end of the record and appends their octets; returns how many, at least one. */
export function takeHex(input: RdataReader): number {
  const { scanner } = input;
  input.expectWord();
  const before = input.length;
  let high = -1;
  while (input.more) {
    input.expectWord();
    input.room((scanner.stop - scanner.start + 1) >>> 1);
    for (let i = scanner.start; i < scanner.stop; i++) {
      const digit = hexDigit(scanner.bytes[i]);
      if (digit < 0) throw notHex(tokenText(scanner));
      if (high < 0) {
        high = digit;
      } else {
        input.bytes[input.length++] = (high << 4) | digit;
        high = -1;
      }
    }
    scanner.next();
  }
  if (high >= 0) throw new TextProblem('hex-invalid', 'has an odd number of hex digits');
  return input.length - before;
}

/** Takes one hex word and appends its octets; returns how many, from 1 to `max`. */
export function takeHexWord(input: RdataReader, max: number): number {
  const { scanner } = input;
  input.expectWord();
  const { bytes, start, stop } = scanner;
  const length = (stop - start) / 2;
  if (!Number.isInteger(length) || length < 1 || length > max) throw notHex(tokenText(scanner), max);
  input.room(length);
  for (let i = start; i < stop; i += 2) {
    const high = hexDigit(bytes[i]);
    const low = hexDigit(bytes[i + 1]);
    if (high < 0 || low < 0) throw notHex(tokenText(scanner), max);
    input.bytes[input.length++] = (high << 4) | low;
  }
  scanner.next();
  return length;
}

/** Takes base64 (RFC 4648 4, with padding) up to the end of the record, or one word of it, and appends its octets. */
export function takeBase64(input: RdataReader, oneWord: boolean): void {
  const { scanner } = input;
  let digits = 0;
  let padding = 0;
  let value = 0;
  do {
    input.expectWord();
    input.room(Math.ceil((scanner.stop - scanner.start) * 0.75));
    for (let i = scanner.start; i < scanner.stop; i++) {
      const c = scanner.bytes[i];
      if (c === 0x3d /* = */ && (digits & 3) >= 2) {
        // `==` behind two digits of a group, `=` behind three; the bits left over must be zero.
        if ((digits & 3) + ++padding > 4) throw notBase64(tokenText(scanner));
        continue;
      }
      const digit = BASE64_VALUE[c];
      if (digit < 0 || padding > 0) throw notBase64(tokenText(scanner));
      value = ((value << 6) | digit) & 0xffffff;
      digits++;
      const bits = (digits & 3) * 6;
      if (bits !== 6) input.bytes[input.length++] = bits === 0 ? value : value >> (bits === 12 ? 4 : 2);
    }
    scanner.next();
  } while (!oneWord && input.more);
  const last = digits & 3;
  if (last === 0 ? padding > 0 : last + padding !== 4)
    throw new TextProblem(
      'base64-invalid',
      'has base64 that stops in the middle; is a part, or the "=" at its end, missing?',
    );
  if ((last === 2 && (value & 15) !== 0) || (last === 3 && (value & 3) !== 0))
    throw new TextProblem('base64-invalid', 'has base64 whose last digit has bits that belong to no octet');
}

export function hexText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += HEX[bytes[i]];
  return text;
}

export function base64Text(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i += 3) {
    const group = (bytes[i] << 16) | ((i + 1 < end ? bytes[i + 1] : 0) << 8) | (i + 2 < end ? bytes[i + 2] : 0);
    text += BASE64_ALPHABET[group >> 18] + BASE64_ALPHABET[(group >> 12) & 63];
    text += i + 1 < end ? BASE64_ALPHABET[(group >> 6) & 63] : '=';
    text += i + 2 < end ? BASE64_ALPHABET[group & 63] : '=';
  }
  return text;
}

function notHex(token: string, max?: number): TextProblem {
  const limit = max === undefined ? '' : `, 1 to ${max} octets with two digits each, without blanks`;
  return new TextProblem('hex-invalid', `${token} is not hex (digits 0-9 a-f)${limit}`);
}

function notBase64(token: string): TextProblem {
  return new TextProblem('base64-invalid', `${token} is not base64 (A-Z a-z 0-9 + /, "=" only at its end)`);
}
