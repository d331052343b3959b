import { fail, ok, type Result, unwrap } from '../errors.ts';

/**
 * A domain name: absolute, uncompressed wire form (RFC 1035 3.1), 1 to 255 octets, ending in the root label.
 * Any octet may stand in a label; case is kept, comparison ignores ASCII case (RFC 4343).
 */
export type Name = Uint8Array;

export const MAX_NAME = 255;
export const MAX_LABEL = 63;
/** A name has at most 127 labels; more pointers than that only cost time (a message can chain thousands of them). */
export const MAX_POINTERS = 127;
export const ROOT: Name = new Uint8Array([0]);

/** ASCII lower case of every octet (RFC 4343). Length octets (0..63) are below 'A', so whole wire names may be mapped. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => (i >= 0x41 && i <= 0x5a ? i + 32 : i));

/**
 * Reads a name in presentation form (RFC 1035 5.1, `\.` and `\DDD` escapes). `@` is the origin;
 * a name without a final dot is relative to `origin`, and without an origin it is taken as absolute.
 */
export function nameFromText(text: string, origin: Name = ROOT): Result<Name> {
  if (text === '@') return ok(origin);
  if (text === '.') return ok(ROOT);
  if (text === '') return fail('name-empty', 'a name must not be empty (write "@" for the origin, "." for the root)');
  const out = new Uint8Array(MAX_NAME + 1);
  let length = 0;
  let labelStart = 0;
  let at = 1;
  const tooLong = () => fail('name-too-long', `the name ${quoted(text)} is longer than 255 octets`);
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c === 0x2e /* . */) {
      length = at - labelStart - 1;
      if (length === 0) return fail('name-empty-label', `the name ${quoted(text)} has an empty label`);
      out[labelStart] = length;
      if (i === text.length - 1) {
        if (at >= MAX_NAME) return tooLong();
        out[at] = 0;
        return ok(out.slice(0, at + 1));
      }
      labelStart = at++;
      if (at > MAX_NAME) return tooLong();
      continue;
    }
    if (c === 0x5c /* \ */) {
      const ddd = text.slice(i + 1, i + 4);
      if (/^\d{3}$/.test(ddd)) {
        c = Number(ddd);
        if (c > 255) return fail('name-bad-escape', `the escape \\${ddd} in ${quoted(text)} is more than 255`);
        i += 3;
      } else if (i + 1 < text.length && !/^\d$/.test(text[i + 1])) {
        c = text.charCodeAt(++i);
      } else {
        return fail('name-bad-escape', `the name ${quoted(text)} has an incomplete escape; write \\DDD or \\X`);
      }
    }
    if (c > 255)
      return fail(
        'name-not-ascii',
        `the name ${quoted(text)} has a character outside one octet; write it in its A-label form (xn--…) or as \\DDD`,
      );
    if (at - labelStart > MAX_LABEL)
      return fail('name-label-too-long', `a label of ${quoted(text)} is longer than 63 octets`);
    if (at >= MAX_NAME) return tooLong();
    out[at++] = c;
  }
  out[labelStart] = at - labelStart - 1;
  if (at + origin.length > MAX_NAME) return tooLong();
  out.set(origin, at);
  return ok(out.slice(0, at + origin.length));
}

/** {@link nameFromText} for text that must be right: throws a ZonewireError otherwise. */
export function name(text: string, origin: Name = ROOT): Name {
  return unwrap(nameFromText(text, origin));
}

/** True when `bytes` is exactly one well-formed uncompressed name. */
export function isName(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_NAME) return false;
  let i = 0;
  while (i < bytes.length) {
    const length = bytes[i];
    if (length === 0) return i === bytes.length - 1;
    if (length > MAX_LABEL) return false;
    i += length + 1;
  }
  return false;
}

/** Presentation form, absolute (final dot). Octets that would not read back are escaped. */
export function nameToText(value: Name): string {
  if (value[0] === 0) return '.';
  let text = '';
  // Octets that are no name end with the array.
  for (let i = 0; i < value.length && value[i] !== 0; ) {
    const end = Math.min(value.length, i + 1 + value[i]);
    for (i++; i < end; i++) text += octetText(value[i]);
    text += '.';
  }
  return text;
}

function octetText(c: number): string {
  if (c < 0x21 || c > 0x7e) return `\\${String(c).padStart(3, '0')}`;
  // . " ( ) ; @ $ \  mean something to a zone file.
  if (c === 0x2e || c === 0x22 || c === 0x28 || c === 0x29 || c === 0x3b || c === 0x40 || c === 0x24 || c === 0x5c)
    return `\\${String.fromCharCode(c)}`;
  return String.fromCharCode(c);
}

/** Key of a name for a Map: equal for names that differ in case only. One UTF-16 unit an octet. */
export function nameKey(value: Name): string {
  let key = '';
  for (let i = 0; i < value.length; i++) key += String.fromCharCode(LOWER[value[i]]);
  return key;
}

export function namesEqual(a: Name, b: Name): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && LOWER[a[i]] !== LOWER[b[i]]) return false;
  return true;
}

/** A copy with ASCII letters in lower case (canonical form, RFC 4034 6.2). */
export function lowercaseName(value: Name): Name {
  const out = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) out[i] = LOWER[value[i]];
  return out;
}

/**
 * Number of labels without the root label: 0 for the root, 2 for `example.test.` (RFC 4034 3.1.3 counts so).
 * Octets that are no name end with the array.
 */
export function labelCount(value: Name): number {
  let count = 0;
  for (let i = 0; i < value.length && value[i] !== 0; i += value[i] + 1) count++;
  return count;
}

/** True when `child` is `ancestor` or stands below it. */
export function isSubdomain(child: Name, ancestor: Name): boolean {
  const from = child.length - ancestor.length;
  if (from < 0) return false;
  let i = 0;
  while (i < from) i += child[i] + 1;
  if (i !== from) return false;
  for (let j = 0; j < ancestor.length; j++) if (LOWER[child[from + j]] !== LOWER[ancestor[j]]) return false;
  return true;
}

/** The name without its first label; the root for the root. Shares memory with `value`. */
export function parentName(value: Name): Name {
  return value[0] === 0 ? value : value.subarray(value[0] + 1);
}

/** Canonical name order (RFC 4034 6.1): by labels from the right, as lower-case octets. For octets that are no name: any order. */
export function compareNames(a: Name, b: Name): number {
  const as = labelStarts(a);
  const bs = labelStarts(b);
  let i = as.length - 1;
  let j = bs.length - 1;
  while (i >= 0 && j >= 0) {
    const order = compareLabels(a, as[i--], b, bs[j--]);
    if (order !== 0) return order;
  }
  return i - j;
}

function labelStarts(value: Name): number[] {
  const starts: number[] = [];
  for (let i = 0; i < value.length && value[i] !== 0; i += value[i] + 1) starts.push(i);
  return starts;
}

function compareLabels(a: Uint8Array, ai: number, b: Uint8Array, bi: number): number {
  // Octets that are no name end with the array.
  const al = Math.min(a[ai], a.length - ai - 1);
  const bl = Math.min(b[bi], b.length - bi - 1);
  const shorter = Math.min(al, bl);
  for (let k = 1; k <= shorter; k++) {
    const order = LOWER[a[ai + k]] - LOWER[b[bi + k]];
    if (order !== 0) return order;
  }
  return al - bl;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** Why {@link readName} refused; every value is negative. */
export const NAME_TRUNCATED = -1;
export const NAME_BAD_LABEL = -2;
export const NAME_TOO_LONG = -3;
export const NAME_BAD_POINTER = -4;

/** A name read out of a message, reused from call to call: `bytes[0..length)` is its uncompressed wire form. */
export class NameBuffer {
  readonly bytes: Uint8Array = new Uint8Array(MAX_NAME + 1);
  length = 0;

  /** A copy that lives on its own. */
  toName(): Name {
    return this.bytes.slice(0, this.length);
  }
}

/**
 * Reads the possibly compressed name at `offset` (RFC 1035 4.1.4) into `out`.
 * Pointers must go strictly backwards, so no message can make it loop.
 * @returns the offset behind the name in the message, or one of the negative `NAME_*` refusals.
 */
export function readName(message: Uint8Array, offset: number, out: NameBuffer, end: number = message.length): number {
  const { bytes } = out;
  let at = offset;
  let next = -1;
  let barrier = offset;
  let length = 0;
  let hops = 0;
  for (;;) {
    if (at >= end) return NAME_TRUNCATED;
    const c = message[at];
    if (c === 0) {
      if (length + 1 > MAX_NAME) return NAME_TOO_LONG;
      bytes[length] = 0;
      out.length = length + 1;
      return next < 0 ? at + 1 : next;
    }
    if (c < 64) {
      if (at + 1 + c > end) return NAME_TRUNCATED;
      if (length + c + 2 > MAX_NAME) return NAME_TOO_LONG;
      for (let i = 0; i <= c; i++) bytes[length + i] = message[at + i];
      length += c + 1;
      at += c + 1;
    } else if (c >= 0xc0) {
      if (at + 2 > end) return NAME_TRUNCATED;
      const target = ((c & 0x3f) << 8) | message[at + 1];
      if (target >= barrier || ++hops > MAX_POINTERS) return NAME_BAD_POINTER;
      if (next < 0) next = at + 2;
      barrier = target;
      at = target;
    } else {
      return NAME_BAD_LABEL;
    }
  }
}

/** The words for a refusal of {@link readName}. */
export function nameProblem(refusal: number): string {
  if (refusal === NAME_TRUNCATED) return 'the message ends inside a name';
  if (refusal === NAME_BAD_LABEL) return 'a name has a label type that is not in use (RFC 6891 5)';
  if (refusal === NAME_TOO_LONG) return 'a name is longer than 255 octets';
  return 'a compression pointer does not point backwards';
}
