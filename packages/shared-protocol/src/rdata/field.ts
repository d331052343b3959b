import type { Name } from '../name/name.ts';
import { nameToRelativeText } from './name-text.ts';
import type { RdataReader } from './text-reader.ts';

/**
 * One field of a type's rdata. A type is a row of fields (schema.ts); reading text, printing text, checking wire form and
 * canonical form all derive from the row.
 */
export interface Field {
  /** Takes the field's tokens and appends its octets; throws TextProblem at the first token that is wrong. */
  read(input: RdataReader): void;
  /** The offset behind the field which starts at `at` in rdata that ends at `end`; -1 when the octets are not well-formed. */
  check(rdata: Uint8Array, at: number, end: number): number;
  /**
   * Appends the field's words. The octets have passed {@link check}.
   * @returns the offset behind the field, or -1 when these octets have no text form but that of RFC 3597.
   */
  print(rdata: Uint8Array, at: number, end: number, output: RdataPrinter): number;
  /**
   * Where in the field that starts at `at` the name starts which is lower case in canonical form (RFC 4034 6.2, RFC 6840 5.1);
   * it reaches to the field's end. Absent for fields without such a name.
   */
  readonly lowercasedFrom?: (rdata: Uint8Array, at: number) => number;
}

/** The words of one record's rdata, one space between them. */
export class RdataPrinter {
  text = '';
  /** Names are printed relative to it; absolute when undefined. */
  readonly origin: Name | undefined;

  constructor(origin?: Name) {
    this.origin = origin;
  }

  word(word: string | number): void {
    this.text = this.text === '' ? `${word}` : `${this.text} ${word}`;
  }

  name(value: Name): void {
    this.word(nameToRelativeText(value, this.origin));
  }
}
