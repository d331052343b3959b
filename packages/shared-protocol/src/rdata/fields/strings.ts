import type { Field } from '../field.ts';
import { escapedOctet, notAWord } from '../name-text.ts';
import { TextProblem } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { END } from '../token-scanner.ts';

/** A character-string (RFC 1035 3.3): a length octet and up to 255 octets; in quotes or a word. */
export const characterString: Field = {
  read(input) {
    input.room(256);
    const lengthAt = input.length++;
    const length = takeOctets(input, 255, TOO_LONG);
    input.bytes[lengthAt] = length;
  },
  check: stringEnd,
  print(rdata, at, _, output) {
    const stop = at + 1 + rdata[at];
    output.word(quotedText(rdata, at + 1, stop));
    return stop;
  },
};

const TOO_LONG = (length: number) =>
  `the string has ${length} octets, and one string holds at most 255; split it into several: "..." "..."`;

/** One or more character-strings, up to the end of the record (TXT). */
export const characterStrings: Field = {
  read(input) {
    do {
      characterString.read(input);
      input.checkLength();
    } while (input.more);
  },
  check(rdata, at, end) {
    if (at >= end) return -1;
    while (at >= 0 && at < end) at = stringEnd(rdata, at, end);
    return at;
  },
  print(rdata, at, end, output) {
    while (at < end) at = characterString.print(rdata, at, end, output);
    return at;
  },
};

/** A character-string that may be left out at the end of the record (ISDN's sub-address). */
export const optionalString: Field = {
  read(input) {
    if (input.more) characterString.read(input);
  },
  check: (rdata, at, end) => (at === end ? at : stringEnd(rdata, at, end)),
  print: (rdata, at, end, output) => (at === end ? at : characterString.print(rdata, at, end, output)),
};

/** A text without length octet up to the end of the record (URI's target, CAA's value). */
export const restOfRecord: Field = {
  read(input) {
    takeOctets(input, 65_535, (length) => `the text has ${length} octets, more than a record can hold`);
  },
  check: (_, at, end) => (at <= end ? end : -1),
  print(rdata, at, end, output) {
    output.word(quotedText(rdata, at, end));
    return end;
  },
};

/** Takes one token, quoted or not, undoes its escapes and appends its octets; returns how many. */
function takeOctets(input: RdataReader, max: number, tooLong: (length: number) => string): number {
  const { scanner } = input;
  if (scanner.kind === END) throw notAWord(scanner);
  const { bytes, start, stop } = scanner;
  let length = stop - start;
  if (scanner.escaped) {
    length = 0;
    for (let i = start; i < stop; i += escapeWidth(bytes, i)) length++;
  }
  if (length > max) throw new TextProblem('string-too-long', tooLong(length));
  input.room(length);
  const out = input.bytes;
  let to = input.length;
  if (scanner.escaped) {
    for (let i = start; i < stop; i += escapeWidth(bytes, i)) {
      out[to++] = bytes[i] === 0x5c ? escapedOctet(scanner, i) : bytes[i];
    }
  } else {
    for (let i = start; i < stop; i++) out[to++] = bytes[i];
  }
  input.length = to;
  scanner.next();
  return length;
}

/** How much of the token one octet takes: 1, or the whole of an escape. */
export function escapeWidth(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x5c) return 1;
  const c = bytes[at + 1];
  return c >= 0x30 && c <= 0x39 ? 4 : 2;
}

/** Octets as a string in quotes: `"` and `\` escaped, everything but printable ASCII as \DDD. */
export function quotedText(bytes: Uint8Array, start: number, end: number): string {
  let text = '"';
  for (let i = start; i < end; i++) text += octetText(bytes[i]);
  return `${text}"`;
}

function octetText(c: number): string {
  if (c === 0x22 || c === 0x5c) return `\\${String.fromCharCode(c)}`;
  return c < 0x20 || c > 0x7e ? `\\${String(c).padStart(3, '0')}` : String.fromCharCode(c);
}

/** The offset behind the length octet at `at` and the octets it counts; -1 when they are not all there. */
export function stringEnd(rdata: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const stop = at + 1 + rdata[at];
  return stop <= end ? stop : -1;
}
