import type { Name } from '../name/name.ts';
import { notAWord, readNameToken } from './name-text.ts';
import { TextProblem, tokenText } from './text-problem.ts';
import { END, type TokenScanner, WORD } from './token-scanner.ts';

/** Largest rdata: its length is 16 bits on the wire. */
export const MAX_RDATA = 65_535;

/**
 * What the fields of one record's rdata are read with: tokens in at {@link scanner}, octets out in `bytes[0..length)`,
 * a buffer used again for the next record.
 */
export class RdataReader {
  scanner: TokenScanner;
  origin: Name;
  readonly bytes: Uint8Array = new Uint8Array(MAX_RDATA + 1024);
  length = 0;

  constructor(scanner: TokenScanner, origin: Name) {
    this.scanner = scanner;
    this.origin = origin;
  }

  /** True when the record has another token. */
  get more(): boolean {
    return this.scanner.kind !== END;
  }

  /** Throws unless the current token is a word without quotes. */
  expectWord(): void {
    if (this.scanner.kind !== WORD) throw notAWord(this.scanner);
  }

  /** Takes the current word as a string. For words that are not read a million times. */
  takeWord(): string {
    const { scanner } = this;
    this.expectWord();
    const { bytes, start, stop } = scanner;
    let text = '';
    for (let i = start; i < stop; i++) text += String.fromCharCode(bytes[i]);
    scanner.next();
    return text;
  }

  /** Reads the current word as a decimal number from 0 to `max`; does not move on. -1 when it is not one. */
  peekDecimal(max: number): number {
    const { bytes, start, stop, kind } = this.scanner;
    if (kind !== WORD || start === stop) return -1;
    let value = 0;
    for (let i = start; i < stop; i++) {
      const digit = bytes[i] - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
      if (value > max) return -1;
    }
    return value;
  }

  /** Takes a decimal number from 0 to `max`. */
  takeDecimal(max: number): number {
    const value = this.peekDecimal(max);
    if (value < 0) {
      this.expectWord();
      throw new TextProblem('number-invalid', `${tokenText(this.scanner)} is not a number from 0 to ${max}`);
    }
    this.scanner.next();
    return value;
  }

  /** Takes a name and appends it. */
  takeName(): void {
    this.room(256);
    this.length = readNameToken(this.scanner, this.origin, this.bytes, this.length);
    this.scanner.next();
  }

  put8(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  put16(value: number): void {
    this.room(2);
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  put32(value: number): void {
    this.room(4);
    this.bytes[this.length++] = value >>> 24;
    this.bytes[this.length++] = value >>> 16;
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  putBytes(value: ArrayLike<number>): void {
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Throws unless `octets` more fit; {@link length} may reach a little over MAX_RDATA, which the end of the record refuses. */
  room(octets: number): void {
    if (this.length + octets > this.bytes.length) throw tooLong();
  }

  /** Throws when more has been read than a record holds. */
  checkLength(): void {
    if (this.length > MAX_RDATA) throw tooLong();
  }
}

function tooLong(): TextProblem {
  return new TextProblem('rdata-too-long', `the data is longer than the ${MAX_RDATA} octets a record can hold`);
}
