import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import { read32, u32 } from './numbers.ts';

/**
 * The inception or expiration of a signature (RFC 4034 3.2): YYYYMMDDHHmmSS in UTC, or seconds since 1970; 32 bits, taken
 * modulo 2^32. Printed as the time from 1970 to 2106 that has these bits.
 */
export const time: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    if (scanner.stop - scanner.start === 14) {
      const text = tokenText(scanner).slice(1, -1);
      const seconds = secondsOf(text);
      if (Number.isNaN(seconds))
        throw new TextProblem('time-invalid', `${tokenText(scanner)} is not a time; write it as YYYYMMDDHHmmSS in UTC`);
      input.put32(seconds % 0x1_0000_0000);
    } else {
      const seconds = input.peekDecimal(0xffff_ffff);
      if (seconds < 0)
        throw new TextProblem('time-invalid', `${tokenText(scanner)} is not a time; write it as YYYYMMDDHHmmSS in UTC`);
      input.put32(seconds);
    }
    scanner.next();
  },
  check: u32.check,
  print(rdata, at, _, output) {
    output.word(new Date(read32(rdata, at) * 1000).toISOString().replace(/[-:T]|\.000Z/g, ''));
    return at + 4;
  },
};

function secondsOf(text: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (parts === null || parts[1] < '1970') return Number.NaN;
  const iso = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}.000Z`;
  const date = new Date(iso);
  // A day that does not exist would roll over into the next month.
  return Number.isNaN(date.getTime()) || date.toISOString() !== iso ? Number.NaN : date.getTime() / 1000;
}
