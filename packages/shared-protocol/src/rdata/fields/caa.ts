import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';

/** The property tag of CAA (RFC 8659 4.1): letters and digits behind a length octet; case is kept. */
export const caaTag: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const { bytes, start, stop } = scanner;
    if (!isTag(bytes, start, stop))
      throw new TextProblem(
        'caa-tag-invalid',
        `${tokenText(scanner)} is not a property tag of letters and digits, such as issue, issuewild, iodef`,
      );
    input.put8(stop - start);
    input.putBytes(bytes.subarray(start, stop));
    scanner.next();
  },
  check(rdata, at, end) {
    const stop = at < end ? at + 1 + rdata[at] : end + 1;
    return stop <= end && isTag(rdata, at + 1, stop) ? stop : -1;
  },
  print(rdata, at, _, output) {
    const stop = at + 1 + rdata[at];
    output.word(String.fromCharCode(...rdata.subarray(at + 1, stop)));
    return stop;
  },
};

function isTag(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start || end - start > 255) return false;
  for (let i = start; i < end; i++) {
    const c = bytes[i] | 0x20;
    if (!((bytes[i] >= 0x30 && bytes[i] <= 0x39) || (c >= 0x61 && c <= 0x7a))) return false;
  }
  return true;
}
