import { durationFromBytes } from '../duration.ts';
import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';

/** Unsigned decimal numbers of fixed width. */
export const u8: Field = {
  read: (input) => input.put8(input.takeDecimal(0xff)),
  check: (_, at, end) => (at + 1 <= end ? at + 1 : -1),
  print(rdata, at, _, output) {
    output.word(rdata[at]);
    return at + 1;
  },
};

export const u16: Field = {
  read: (input) => input.put16(input.takeDecimal(0xffff)),
  check: (_, at, end) => (at + 2 <= end ? at + 2 : -1),
  print(rdata, at, _, output) {
    output.word((rdata[at] << 8) | rdata[at + 1]);
    return at + 2;
  },
};

export const u32: Field = {
  read: (input) => input.put32(input.takeDecimal(0xffff_ffff)),
  check: (_, at, end) => (at + 4 <= end ? at + 4 : -1),
  print(rdata, at, _, output) {
    output.word(read32(rdata, at));
    return at + 4;
  },
};

/** IPN (RFC 9758 registration): an unsigned 64-bit number. */
export const u64: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const text = tokenText(scanner).slice(1, -1);
    const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn)
      throw new TextProblem('number-invalid', `${tokenText(scanner)} is not a number from 0 to 18446744073709551615`);
    input.put32(Number(value >> 32n));
    input.put32(Number(value & 0xffff_ffffn));
    scanner.next();
  },
  check: (_, at, end) => (at + 8 <= end ? at + 8 : -1),
  print(rdata, at, _, output) {
    output.word(((BigInt(read32(rdata, at)) << 32n) | BigInt(read32(rdata, at + 4))).toString());
    return at + 8;
  },
};

/** Seconds, which may be written with units (`1h30m`); printed as seconds. Used by the timers of SOA. */
export const duration: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const seconds = durationFromBytes(scanner.bytes, scanner.start, scanner.stop);
    if (seconds < 0 || seconds > 0xffff_ffff)
      throw new TextProblem(
        'duration-invalid',
        `${tokenText(scanner)} is not a time in seconds; write 3600, or with units 1h, 2d12h (w d h m s)`,
      );
    input.put32(seconds);
    scanner.next();
  },
  check: u32.check,
  print: u32.print,
};

export function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}
