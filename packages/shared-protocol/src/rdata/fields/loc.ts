import type { Field } from '../field.ts';
import { TextProblem } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { read32 } from './numbers.ts';

/** The equator and the prime meridian (RFC 1876 2), thousandths of a second of arc. */
const MIDDLE = 0x8000_0000;
const DEGREE = 3_600_000;
/** The reference the altitude counts from: 100,000 m below the sphere, in centimetres. */
const ALTITUDE_BASE = 10_000_000;

const EXAMPLE = '42 21 54.5 N 71 6 18 W -24m 30m 10000m 10m';

/** A place on Earth (RFC 1876 3). */
export const loc: Field = {
  read(input) {
    const latitude = takeAngle(input, 90, 'N', 'S');
    const longitude = takeAngle(input, 180, 'E', 'W');
    const altitude = takeMetres(input, 'altitude', -ALTITUDE_BASE, 0xffff_ffff - ALTITUDE_BASE);
    const size = takePrecision(input, 'size', 0x12);
    const horizontal = takePrecision(input, 'horizontal precision', 0x16);
    const vertical = takePrecision(input, 'vertical precision', 0x13);
    input.put8(0);
    input.put8(size);
    input.put8(horizontal);
    input.put8(vertical);
    input.put32(latitude);
    input.put32(longitude);
    input.put32(altitude + ALTITUDE_BASE);
  },
  check(rdata, at, end) {
    // No assumption about the format of other versions (RFC 1876 2).
    if (at < end && rdata[at] !== 0) return end;
    if (at + 16 > end) return -1;
    for (let i = at + 1; i < at + 4; i++) if (!isPrecision(rdata[i])) return -1;
    const latitude = Math.abs(read32(rdata, at + 4) - MIDDLE);
    const longitude = Math.abs(read32(rdata, at + 8) - MIDDLE);
    return latitude <= 90 * DEGREE && longitude <= 180 * DEGREE ? at + 16 : -1;
  },
  print(rdata, at, _, output) {
    if (rdata[at] !== 0) return -1;
    output.word(angleText(read32(rdata, at + 4) - MIDDLE, 'N', 'S'));
    output.word(angleText(read32(rdata, at + 8) - MIDDLE, 'E', 'W'));
    output.word(metresText(read32(rdata, at + 12) - ALTITUDE_BASE, true));
    for (let i = at + 1; i < at + 4; i++) output.word(metresText((rdata[i] >>> 4) * 10 ** (rdata[i] & 15), false));
    return at + 16;
  },
};

/** A digit and a power of ten, four bits each; other values, and zero with a power, are undefined (RFC 1876 2). */
function isPrecision(octet: number): boolean {
  const digit = octet >>> 4;
  return digit <= 9 && (octet & 15) <= 9 && (digit > 0 || octet === 0);
}

function takeAngle(input: RdataReader, maxDegrees: number, positive: string, negative: string): number {
  const parts: string[] = [];
  for (;;) {
    const word = input.more ? input.takeWord().toUpperCase() : '';
    if (word === positive || word === negative) {
      const [degrees, minutes = '0', seconds = '0'] = parts;
      const thousandths =
        whole(degrees, maxDegrees) * DEGREE +
        whole(minutes, 59) * 60_000 +
        Math.round(decimal(seconds, 3, 59.999) * 1000);
      if (!(thousandths <= maxDegrees * DEGREE)) break;
      return word === positive ? MIDDLE + thousandths : MIDDLE - thousandths;
    }
    if (parts.push(word) > 3 || word === '') break;
  }
  const form = `degrees [minutes [seconds]] ${positive}|${negative}`;
  throw new TextProblem(
    'loc-invalid',
    `has no place of the form ${form} up to ${maxDegrees} degrees; write it like ${EXAMPLE}`,
  );
}

/** Takes metres with up to two decimals and an optional `m`, as centimetres. */
function takeMetres(input: RdataReader, what: string, min: number, max: number): number {
  const word = input.more ? input.takeWord() : '';
  const negative = word.startsWith('-');
  const size = Math.round(decimal(word.slice(negative ? 1 : 0).replace(/m$/i, ''), 2, 1e9) * 100);
  const value = negative ? -size : size;
  if (value >= min && value <= max) return value === 0 ? 0 : value;
  throw new TextProblem(
    'loc-invalid',
    `${JSON.stringify(word)} is not the ${what} in metres (${min / 100} to ${max / 100}); write it like ${EXAMPLE}`,
  );
}

/** Takes a size as one digit times a power of ten centimetres (rounded down to it); `missing` when the record ends. */
function takePrecision(input: RdataReader, what: string, missing: number): number {
  if (!input.more) return missing;
  let digit = takeMetres(input, what, 0, 9_000_000_000);
  let power = 0;
  for (; digit > 9; power++) digit = Math.floor(digit / 10);
  return (digit << 4) | power;
}

function angleText(thousandths: number, positive: string, negative: string): string {
  const value = Math.abs(thousandths);
  const degrees = Math.floor(value / DEGREE);
  const minutes = Math.floor((value % DEGREE) / 60_000);
  return `${degrees} ${minutes} ${((value % 60_000) / 1000).toFixed(3)} ${thousandths < 0 ? negative : positive}`;
}

/** `always`: two decimals even where they are zero, as BIND prints the altitude. */
function metresText(centimetres: number, always: boolean): string {
  const text = (Math.abs(centimetres) / 100).toFixed(2);
  return `${centimetres < 0 ? '-' : ''}${always ? text : text.replace(/\.00$/, '')}m`;
}

function whole(text: string | undefined, max: number): number {
  return text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= max ? Number(text) : Number.NaN;
}

function decimal(text: string, decimals: number, max: number): number {
  const form = new RegExp(`^\\d{1,10}(\\.\\d{1,${decimals}})?$`);
  return form.test(text) && Number(text) <= max ? Number(text) : Number.NaN;
}
