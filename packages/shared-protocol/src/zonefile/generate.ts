import { TextProblem, tokenText } from '../rdata/text-problem.ts';
import { END, QUOTED, TokenScanner, WORD } from '../rdata/token-scanner.ts';
import { compileTemplate, expandTemplate } from './generate-template.ts';
import type { ZoneTextReader } from './reader.ts';
import { NO_TTL } from './record-header.ts';

/** The largest value of a range, and of a value with its offset. */
const MAX_VALUE = 0x7fff_ffff;

const EXAMPLE = '$GENERATE 1-254 host$ A 192.0.2.$';

/**
 * `$GENERATE start-stop[/step] owner [ttl] [class] type data`, as BIND reads it: one record a value, `$` in owner and data
 * replaced by it. Data of several words may be in quotes as one (BIND's form) or not.
 */
export function readGenerate(reader: ZoneTextReader): void {
  const { scanner, header, limits } = reader;
  const { place } = scanner;
  const { line } = scanner;
  scanner.next();
  const { start, stop, step } = takeRange(scanner);
  if (scanner.kind !== WORD) throw incomplete(scanner);
  const owner = compileTemplate(rawToken(scanner));
  scanner.next();
  if (scanner.kind === END) throw incomplete(scanner);
  header.take(scanner);
  const { type } = header;
  const ttl = reader.ttls.resolve(header.ttl, type);
  if (ttl === NO_TTL) throw new TextProblem('generate-soa', 'an SOA cannot be generated: a zone has one; write it out');
  const data = compileTemplate(takeData(scanner));

  const count = Math.floor((stop - start) / step) + 1;
  if (reader.generated + count > limits.generated)
    throw new TextProblem(
      'generate-too-many',
      `$GENERATE would make ${count} records, and ${limits.generated} in all are allowed; take a smaller range`,
      place,
    );
  reader.generated += count;
  const ownerBefore = reader.owner.slice(0, reader.ownerLength);
  for (let value = start; value <= stop; value += step) {
    try {
      reader.readOwner(oneEntry(expandTemplate(owner, value)));
      reader.readRecord(oneEntry(expandTemplate(data, value)), type, ttl, line, 1);
    } catch (problem) {
      if (!(problem instanceof TextProblem)) throw problem;
      throw new TextProblem(problem.code, `$GENERATE for ${value}: ${problem.message}`, place);
    }
  }
  reader.owner.set(ownerBefore);
  reader.ownerLength = ownerBefore.length;
}

function takeRange(scanner: TokenScanner): { start: number; stop: number; step: number } {
  if (scanner.kind !== WORD) throw incomplete(scanner);
  const parts = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(rawToken(scanner));
  const start = Number(parts?.[1]);
  const stop = Number(parts?.[2]);
  const step = Number(parts?.[3] ?? 1);
  if (parts === null || stop > MAX_VALUE || start > stop || step < 1)
    throw new TextProblem(
      'generate-range',
      `${tokenText(scanner)} is not a range start-stop or start-stop/step with start <= stop <= ${MAX_VALUE}; write it like ${EXAMPLE}`,
    );
  scanner.next();
  return { start, stop, step };
}

/** The words of the data up to the end of the entry, as text to be read again; a single one in quotes without its quotes. */
function takeData(scanner: TokenScanner): string {
  if (scanner.kind === END) throw incomplete(scanner);
  const words: string[] = [];
  let quoted = false;
  for (; scanner.kind !== END; scanner.next()) {
    quoted = scanner.kind === QUOTED;
    words.push(quoted ? `"${rawToken(scanner)}"` : rawToken(scanner));
  }
  if (words.length > 1 || !quoted) return words.join(' ');
  return words[0].slice(1, -1).replace(/\\(.)/gs, (whole, c) => (c === '"' ? '"' : whole));
}

/** The current token octet by octet, escapes as they are. */
function rawToken(scanner: TokenScanner): string {
  let text = '';
  for (let i = scanner.start; i < scanner.stop; i++) text += String.fromCharCode(scanner.bytes[i]);
  return text;
}

/** A scanner at the first token of a text whose characters stand for octets. */
function oneEntry(text: string): TokenScanner {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const scanner = new TokenScanner(bytes);
  scanner.startEntry();
  return scanner;
}

function incomplete(scanner: TokenScanner): TextProblem {
  const reason = scanner.kind === END ? 'is incomplete' : `cannot have ${tokenText(scanner)} in quotes here`;
  return new TextProblem('directive-incomplete', `$GENERATE ${reason}; write it like ${EXAMPLE}`);
}
