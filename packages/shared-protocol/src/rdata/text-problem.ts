import type { TokenScanner } from './token-scanner.ts';

/** A place in text: `line` counts from 1, `lineStart` is the offset of its first octet, `offset` that of the place itself. */
export interface TextPlace {
  readonly line: number;
  readonly lineStart: number;
  readonly offset: number;
}

/**
 * Text that is not right. Thrown between the scanner, the fields and the public functions of this package, which catch it
 * and return a Result: it never leaves the package.
 */
export class TextProblem extends Error {
  readonly code: string;
  /** Where, when it is not the scanner's current token. */
  readonly place: TextPlace | undefined;

  constructor(code: string, reason: string, place?: TextPlace) {
    super(reason);
    this.name = 'TextProblem';
    this.code = code;
    this.place = place;
  }
}

const decoder = new TextDecoder();

/** `bytes[start..end)` for a message: quoted, shortened, unprintable characters escaped. */
function quotedBytes(bytes: Uint8Array, start: number, end: number): string {
  const shown = decoder.decode(bytes.subarray(start, Math.min(end, start + 60)));
  return JSON.stringify(end - start > 60 ? `${shown}...` : shown);
}

/** The scanner's current token for a message. */
export function tokenText(scanner: TokenScanner): string {
  return quotedBytes(scanner.bytes, scanner.start, scanner.stop);
}

/** Column of a place, from 1, in characters (the text is UTF-8). */
export function columnOf(bytes: Uint8Array, place: TextPlace): number {
  let column = 1;
  for (let i = place.lineStart; i < place.offset; i++) if ((bytes[i] & 0xc0) !== 0x80) column++;
  return column;
}
