import { takeHex } from './fields/binary.ts';
import { typeToText } from './registry.ts';
import { type Schema, schemaOf } from './schema.ts';
import { TextProblem, tokenText } from './text-problem.ts';
import { MAX_RDATA, type RdataReader } from './text-reader.ts';
import { END, type TokenScanner, WORD } from './token-scanner.ts';

/**
 * Reads all tokens up to the end of the entry as the rdata of `type` into `reader.bytes[0..reader.length)`.
 * Throws TextProblem, with the field and the record's form in its words.
 */
export function readRdata(type: number, reader: RdataReader): void {
  reader.length = 0;
  const { scanner } = reader;
  const schema = schemaOf(type);
  if (isGenericMark(scanner)) {
    readGeneric(type, schema, reader);
    return;
  }
  if (schema === undefined)
    throw new TextProblem(
      'rdata-form-unknown',
      `${typeToText(type)} has no text form of its own; write its octets in hex: \\# length hex`,
    );
  const { fields } = schema;
  let field = 0;
  try {
    for (; field < fields.length; field++) fields[field].read(reader);
  } catch (problem) {
    if (!(problem instanceof TextProblem) || problem.place !== undefined) throw problem;
    const hint = / write /.test(problem.message) ? '' : formHint(schema);
    const joint = /^(is|has) /.test(problem.message) ? ' ' : ': ';
    const reason = `${schema.mnemonic} ${schema.fieldNames[field]}${joint}${problem.message}${hint}`;
    throw new TextProblem(problem.code, reason);
  }
  reader.checkLength();
  if (scanner.kind !== END) throw extraToken(scanner, schema);
}

/** `\#` alone: the octets follow as length and hex (RFC 3597 5). */
function isGenericMark(scanner: TokenScanner): boolean {
  const { bytes, start, stop, kind } = scanner;
  return kind === WORD && stop === start + 2 && bytes[start] === 0x5c && bytes[start + 1] === 0x23;
}

function readGeneric(type: number, schema: Schema | undefined, reader: RdataReader): void {
  const { scanner } = reader;
  const mark = scanner.place;
  scanner.next();
  const length = reader.takeDecimal(MAX_RDATA);
  const octets = reader.more ? takeHex(reader) : 0;
  if (octets !== length)
    throw new TextProblem(
      'generic-length',
      `"\\# ${length}" is followed by ${octets} octets of hex; make them agree`,
      mark,
    );
  if (schema === undefined) return;
  let at = 0;
  for (const field of schema.fields) {
    at = field.check(reader.bytes, at, length);
    if (at < 0) break;
  }
  if (at !== length)
    throw new TextProblem(
      'generic-malformed',
      `these ${length} octets are not well-formed ${typeToText(type)} data (${schema.fieldNames.join(' ')})`,
      mark,
    );
}

function extraToken(scanner: TokenScanner, schema: Schema): TextProblem {
  const open = scanner.openParenthesis;
  const hint = open === undefined ? '' : ` (is the "(" of line ${open.line} closed?)`;
  return new TextProblem('token-unexpected', `${tokenText(scanner)} is too much${formHint(schema)}${hint}`);
}

function formHint(schema: Schema): string {
  return `; write ${schema.mnemonic} ${schema.fieldNames.join(' ')}`;
}
