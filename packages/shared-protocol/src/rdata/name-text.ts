import { MAX_LABEL, MAX_NAME, type Name, nameToText } from '../name/name.ts';
import { TextProblem, tokenText } from './text-problem.ts';
import { type TokenScanner, WORD } from './token-scanner.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/**
 * 1: may stand in a name as it is. Everything else but the dot and the backslash needs an escape. Octets from 0x80 are names of
 * DNS-SD in UTF-8 (RFC 6763 4.1.1), and any octet may stand in a label (RFC 2181 11).
 */
const PLAIN = new Uint8Array(256);
for (let c = 0x21; c < 256; c++) if (c !== DOT && c !== BACKSLASH && c !== 0x7f) PLAIN[c] = 1;

/**
 * Reads the scanner's current word as a name (RFC 1035 5.1) into `out` at `at`, which needs 256 octets of room; a name without
 * final dot is completed by `origin`, `@` is the origin. Does not move on.
 * @returns the offset behind the name in `out`
 */
export function readNameToken(scanner: TokenScanner, origin: Name, out: Uint8Array, at: number): number {
  const { bytes, start, stop } = scanner;
  if (scanner.kind !== WORD) throw notAWord(scanner);
  if (stop === start + 1) {
    if (bytes[start] === 0x40 /* @ */) return append(origin, out, at);
    if (bytes[start] === DOT) {
      out[at] = 0;
      return at + 1;
    }
  }
  const limit = at + MAX_NAME;
  let lengthAt = at;
  let to = at + 1;
  for (let i = start; i < stop; i++) {
    let c = bytes[i];
    if (c === DOT) {
      const length = to - lengthAt - 1;
      if (length === 0) throw problem(scanner, 'name-empty-label', 'has an empty label: two dots follow one another');
      if (length > MAX_LABEL) throw problem(scanner, 'name-label-too-long', 'has a label of more than 63 octets');
      if (to >= limit) throw tooLong(scanner);
      out[lengthAt] = length;
      if (i === stop - 1) {
        out[to] = 0;
        return to + 1;
      }
      lengthAt = to++;
      continue;
    }
    if (PLAIN[c] === 0) {
      if (c !== BACKSLASH) throw problem(scanner, 'name-control-character', controlReason(c));
      c = escapedOctet(scanner, i);
      i += isDigit(bytes[i + 1]) ? 3 : 1;
    }
    if (to >= limit) throw tooLong(scanner);
    out[to++] = c;
  }
  const length = to - lengthAt - 1;
  if (length > MAX_LABEL) throw problem(scanner, 'name-label-too-long', 'has a label of more than 63 octets');
  out[lengthAt] = length;
  if (to - at + origin.length > MAX_NAME) throw tooLong(scanner);
  return append(origin, out, to);
}

/** The octet of the escape (`\DDD` or `\X`, RFC 1035 5.1) at `at` in the current token, where a backslash stands. */
export function escapedOctet(scanner: TokenScanner, at: number): number {
  const { bytes, stop } = scanner;
  if (at + 1 >= stop) throw badEscape();
  const first = bytes[at + 1];
  if (!isDigit(first)) return first;
  if (at + 3 >= stop || !isDigit(bytes[at + 2]) || !isDigit(bytes[at + 3])) throw badEscape();
  const value = (first - 48) * 100 + (bytes[at + 2] - 48) * 10 + (bytes[at + 3] - 48);
  if (value > 255) throw new TextProblem('escape-invalid', `the escape \\${value} is more than 255, the largest octet`);
  return value;
}

/** A name for text, relative to `origin` when it ends in exactly its octets (case too, so that nothing is lost). */
export function nameToRelativeText(value: Name, origin: Name | undefined): string {
  if (origin === undefined || origin.length < 2 || value.length < origin.length) return nameToText(value);
  const from = value.length - origin.length;
  let i = 0;
  while (i < from) i += value[i] + 1;
  if (i !== from) return nameToText(value);
  for (let j = 0; j < origin.length; j++) if (value[from + j] !== origin[j]) return nameToText(value);
  if (from === 0) return '@';
  const relative = value.slice(0, from + 1);
  relative[from] = 0;
  return nameToText(relative).slice(0, -1);
}

/** A token in quotes, or the end, where a plain word has to stand. */
export function notAWord(scanner: TokenScanner): TextProblem {
  if (scanner.kind === WORD) return new TextProblem('token-unexpected', `${tokenText(scanner)} cannot stand here`);
  if (scanner.kind === 0) return new TextProblem('field-missing', 'is missing: the record ends here');
  return new TextProblem('quotes-unexpected', `${tokenText(scanner)} must be written without quotes here`);
}

function append(origin: Name, out: Uint8Array, at: number): number {
  for (let i = 0; i < origin.length; i++) out[at + i] = origin[i];
  return at + origin.length;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function badEscape(): TextProblem {
  return new TextProblem('escape-invalid', 'an escape is incomplete: write \\DDD with three decimal digits, or \\X');
}

function problem(scanner: TokenScanner, code: string, reason: string): TextProblem {
  return new TextProblem(code, `the name ${tokenText(scanner)} ${reason}`);
}

function tooLong(scanner: TokenScanner): TextProblem {
  return problem(scanner, 'name-too-long', 'is longer than 255 octets (with the origin, when it has no final dot)');
}

function controlReason(c: number): string {
  return `has the control character \\${String(c).padStart(3, '0')}; write it so`;
}
