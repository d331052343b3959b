import type { Problem } from '../errors.ts';
import { columnOf, type TextProblem } from '../rdata/text-problem.ts';
import type { TokenScanner } from '../rdata/token-scanner.ts';

/** What is wrong with zone text, and where. `message` is `file:line:column: reason`. */
export interface ZoneTextProblem extends Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** What is wrong and what to write instead, without the place. */
  readonly reason: string;
}

/** The first problem of a zone text, with all that were found behind it (and itself). */
export interface ZoneTextProblems extends ZoneTextProblem {
  readonly all: readonly ZoneTextProblem[];
}

export function zoneTextProblem(
  code: string,
  reason: string,
  file: string,
  line: number,
  column: number,
): ZoneTextProblem {
  return { code, message: `${file}:${line}:${column}: ${reason}`, reason, file, line, column };
}

/** A problem the scanner or a field has thrown, at its own place or else at the scanner's current token. */
export function problemAt(problem: TextProblem, file: string, scanner: TokenScanner): ZoneTextProblem {
  const place = problem.place ?? scanner.place;
  return zoneTextProblem(problem.code, problem.message, file, place.line, columnOf(scanner.bytes, place));
}
