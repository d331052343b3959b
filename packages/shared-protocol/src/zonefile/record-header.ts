import { classFromBytes } from '../rdata/code-names.ts';
import { durationFromBytes } from '../rdata/duration.ts';
import { notAWord } from '../rdata/name-text.ts';
import { typeFromBytes, typeToText } from '../rdata/registry.ts';
import { TextProblem, tokenText } from '../rdata/text-problem.ts';
import { END, type TokenScanner, WORD } from '../rdata/token-scanner.ts';
import { CLASS } from '../record/constants.ts';
import { isMetaType } from '../record/types.ts';

/** TTLs have 31 bits (RFC 2181 8). */
export const MAX_TTL = 0x7fff_ffff;
/** No TTL is written. */
export const NO_TTL = -1;

/** What stands between owner and rdata: TTL and class, both optional, in either order (RFC 1035 5.1), then the type. */
export class RecordHeader {
  type = 0;
  /** As written, or NO_TTL. */
  ttl: number = NO_TTL;

  /** Takes the words; throws TextProblem. Any class but IN is refused. */
  take(scanner: TokenScanner): void {
    this.ttl = NO_TTL;
    let classSeen = false;
    for (;;) {
      if (scanner.kind !== WORD) throw missingType(scanner);
      const { bytes, start, stop } = scanner;
      const first = bytes[start];
      if (first >= 0x30 && first <= 0x39) {
        if (this.ttl !== NO_TTL)
          throw new TextProblem(
            'ttl-twice',
            `${tokenText(scanner)} is a second TTL; a type such as A has to stand here`,
          );
        this.ttl = takeTtl(scanner);
        continue;
      }
      if (isIn(bytes, start, stop) && !classSeen) {
        classSeen = true;
        scanner.next();
        continue;
      }
      const type = typeFromBytes(bytes, start, stop);
      if (type >= 0 && !isMetaType(type)) {
        this.type = type;
        scanner.next();
        return;
      }
      const rclass = classFromBytes(bytes, start, stop);
      if (rclass < 0) throw type < 0 ? unknownType(scanner) : metaType(type);
      if (rclass !== CLASS.IN)
        throw new TextProblem('class-not-in', `${tokenText(scanner)} is a class this server does not serve; write IN`);
      if (classSeen) throw new TextProblem('class-twice', 'the class is written twice; write it once');
      classSeen = true;
      scanner.next();
    }
  }
}

/** `IN` whatever its case: the class of nearly all records. */
function isIn(bytes: Uint8Array, start: number, stop: number): boolean {
  return stop - start === 2 && (bytes[start] | 0x20) === 0x69 && (bytes[start + 1] | 0x20) === 0x6e;
}

/** Takes the current word as a TTL of up to 32 bits: seconds, or units such as 1h30m. */
export function takeTtl(scanner: TokenScanner): number {
  if (scanner.kind !== WORD) throw notAWord(scanner);
  const ttl = durationFromBytes(scanner.bytes, scanner.start, scanner.stop);
  if (ttl < 0)
    throw new TextProblem(
      'ttl-invalid',
      `${tokenText(scanner)} is not a TTL; write seconds, or units like 1h30m (w d h m s)`,
    );
  if (ttl > 0xffff_ffff)
    throw new TextProblem('ttl-too-large', `the TTL ${ttl} has more than 32 bits; write ${MAX_TTL} or less`);
  scanner.next();
  return ttl;
}

function missingType(scanner: TokenScanner): TextProblem {
  if (scanner.kind !== END) return notAWord(scanner);
  return new TextProblem(
    'type-missing',
    'the entry ends before the type; write owner, TTL, type and data, like: www 3600 A 192.0.2.1',
  );
}

function unknownType(scanner: TokenScanner): TextProblem {
  const hint =
    scanner.bytes[scanner.start] === 0x24
      ? 'a $ directive has to start in the first column'
      : 'write a type such as A, or TYPE65280 with \\# length hex';
  return new TextProblem('type-unknown', `${tokenText(scanner)} is neither a record type nor a TTL or class; ${hint}`);
}

function metaType(type: number): TextProblem {
  return new TextProblem(
    'type-meta',
    `${typeToText(type)} is for queries and messages, not for records in a zone; remove it`,
  );
}
