import { MAX_NAME, type Name } from '../name/name.ts';
import { equalsUpper } from '../rdata/ascii.ts';
import { readNameToken } from '../rdata/name-text.ts';
import { TextProblem, tokenText } from '../rdata/text-problem.ts';
import { END } from '../rdata/token-scanner.ts';
import { readGenerate } from './generate.ts';
import type { ZoneTextReader } from './reader.ts';
import { takeTtl } from './record-header.ts';

const decoder = new TextDecoder();

/** Reads the `$` directive whose name is the current word of `reader.scanner`. */
export function readDirective(reader: ZoneTextReader): void {
  const { scanner } = reader;
  const { bytes, start, stop } = scanner;
  const is = (directive: string) => equalsUpper(bytes, start, stop, directive);
  if (is('$ORIGIN')) {
    scanner.next();
    const origin = takeName(reader, '$ORIGIN example.test.');
    endOfDirective(reader, '$ORIGIN');
    reader.setOrigin(origin);
  } else if (is('$TTL')) {
    scanner.next();
    if (scanner.kind === END)
      throw new TextProblem('directive-incomplete', '$TTL needs a time; write it like $TTL 3600');
    const ttl = takeTtl(scanner);
    endOfDirective(reader, '$TTL');
    reader.ttls.setDirective(ttl);
  } else if (is('$INCLUDE')) {
    scanner.next();
    readInclude(reader);
  } else if (is('$GENERATE')) {
    readGenerate(reader);
  } else {
    throw new TextProblem(
      'directive-unknown',
      `${tokenText(scanner)} is not a directive ($ORIGIN $TTL $INCLUDE $GENERATE); write a name that starts with $ as \\$`,
    );
  }
}

/** `$INCLUDE file [origin]`: origin and owner are the same afterwards as before (RFC 1035 5.1), $TTL is not. */
function readInclude(reader: ZoneTextReader): void {
  const { scanner, options, limits } = reader;
  const { place } = scanner;
  const refuse = (code: string, reason: string) => new TextProblem(code, reason, place);
  if (scanner.kind === END)
    throw refuse('directive-incomplete', '$INCLUDE needs a file; write it like $INCLUDE hosts.zone');
  const path = decoder.decode(scanner.bytes.subarray(scanner.start, scanner.stop)).replace(/\\(.)/gs, '$1');
  scanner.next();
  const origin = scanner.kind === END ? reader.origin : takeName(reader, '$INCLUDE file example.test.');
  endOfDirective(reader, '$INCLUDE');

  const quotedPath = JSON.stringify(path);
  if (options.include === undefined)
    throw refuse('include-refused', `$INCLUDE ${quotedPath}: files are not read here; put the records in this text`);
  if (reader.includeDepth >= limits.includeDepth)
    throw refuse(
      'include-too-deep',
      `$INCLUDE ${quotedPath}: more than ${limits.includeDepth} files deep; do they include one another?`,
    );
  if (reader.includes >= limits.includes)
    throw refuse(
      'include-too-many',
      `$INCLUDE ${quotedPath}: more than ${limits.includes} files; do they include one another?`,
    );
  const included = options.include(path, reader.file);
  if (!included.ok) throw refuse('include-failed', `$INCLUDE ${quotedPath}: ${included.error.message}`);

  reader.includes++;
  reader.includeDepth++;
  const owner = reader.owner.slice(0, reader.ownerLength);
  reader.readFile(included.value.text, included.value.file, origin);
  reader.owner.set(owner);
  reader.ownerLength = owner.length;
  reader.includeDepth--;
}

function takeName(reader: ZoneTextReader, example: string): Name {
  const { scanner } = reader;
  if (scanner.kind === END) throw new TextProblem('directive-incomplete', `a name is missing; write ${example}`);
  const out = new Uint8Array(2 * (MAX_NAME + 1));
  const name = out.slice(0, readNameToken(scanner, reader.origin, out, 0));
  scanner.next();
  return name;
}

function endOfDirective(reader: ZoneTextReader, directive: string): void {
  const { scanner } = reader;
  if (scanner.kind !== END)
    throw new TextProblem('token-unexpected', `${tokenText(scanner)} is too much behind ${directive}; remove it`);
}
