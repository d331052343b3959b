import type { Field, RdataPrinter } from '../field.ts';
import { typeFromBytes, typeToText } from '../registry.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';

/** The types present at a name, in window blocks (RFC 4034 4.1.2). NSEC always has some; NSEC3 and CSYNC may have none. */
export function typeBitmap(mayBeEmpty: boolean): Field {
  return {
    read(input) {
      if (!input.more && !mayBeEmpty)
        throw new TextProblem(
          'field-missing',
          'is missing: write the types that exist at this name, such as A RRSIG NSEC',
        );
      const types = takeTypes(input).sort((a, b) => a - b);
      for (let i = 0; i < types.length; ) {
        const window = types[i] >>> 8;
        const block = new Uint8Array(32);
        let length = 0;
        for (; i < types.length && types[i] >>> 8 === window; i++) {
          const bit = types[i] & 0xff;
          block[bit >>> 3] |= 0x80 >>> (bit & 7);
          length = (bit >>> 3) + 1;
        }
        input.put8(window);
        input.put8(length);
        input.putBytes(block.subarray(0, length));
      }
    },
    check(rdata, at, end) {
      if (at === end) return mayBeEmpty ? at : -1;
      let window = -1;
      while (at < end) {
        // Windows ascend, 1 to 32 octets each, without trailing zero octets.
        if (at + 2 > end || rdata[at] <= window) return -1;
        window = rdata[at];
        const length = rdata[at + 1];
        at += 2 + length;
        if (length < 1 || length > 32 || at > end || rdata[at - 1] === 0) return -1;
      }
      return at;
    },
    print(rdata, at, end, output) {
      while (at < end) {
        const window = rdata[at];
        const length = rdata[at + 1];
        printBits(window << 8, rdata, at + 2, length, output);
        at += 2 + length;
      }
      return end;
    },
  };
}

/** The bitmap of NXT (RFC 2535 5.2): types 1 to 127, one bit each, no windows. */
export const nxtBitmap: Field = {
  read(input) {
    const block = new Uint8Array(16);
    let length = 0;
    for (const type of takeTypes(input)) {
      if (type < 1 || type > 127)
        throw new TextProblem('type-unknown', `has ${typeToText(type)}, but NXT can only say types from 1 to 127`);
      block[type >>> 3] |= 0x80 >>> (type & 7);
      length = Math.max(length, (type >>> 3) + 1);
    }
    input.putBytes(block.subarray(0, length));
  },
  check: (rdata, at, end) => (at === end || (end - at <= 16 && rdata[end - 1] !== 0 && rdata[at] < 0x80) ? end : -1),
  print(rdata, at, end, output) {
    printBits(0, rdata, at, end - at, output);
    return end;
  },
};

function takeTypes(input: RdataReader): number[] {
  const { scanner } = input;
  const types: number[] = [];
  while (input.more) {
    input.expectWord();
    const type = typeFromBytes(scanner.bytes, scanner.start, scanner.stop);
    if (type < 0)
      throw new TextProblem('type-unknown', `${tokenText(scanner)} is not a record type; write MX, or TYPE65280`);
    types.push(type);
    scanner.next();
  }
  return types;
}

function printBits(first: number, rdata: Uint8Array, at: number, length: number, output: RdataPrinter): void {
  for (let bit = 0; bit < length * 8; bit++)
    if ((rdata[at + (bit >>> 3)] & (0x80 >>> (bit & 7))) !== 0) output.word(typeToText(first + bit));
}
