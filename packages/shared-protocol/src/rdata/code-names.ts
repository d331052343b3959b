/** Names of classes, opcodes and response codes (IANA "DNS Parameters"), for people: logs, statuses, dig-like output. */

import { equalsUpper, numberBehind } from './ascii.ts';

const CLASSES: readonly (readonly [number, string])[] = [
  [1, 'IN'],
  [3, 'CH'],
  [4, 'HS'],
  [254, 'NONE'],
  [255, 'ANY'],
];
const CLASS_NAMES: ReadonlyMap<number, string> = new Map(CLASSES);

const OPCODES: ReadonlyMap<number, string> = new Map([
  [0, 'QUERY'],
  [1, 'IQUERY'],
  [2, 'STATUS'],
  [4, 'NOTIFY'],
  [5, 'UPDATE'],
  [6, 'DSO'],
]);

const RCODES: ReadonlyMap<number, string> = new Map([
  [0, 'NOERROR'],
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
  [6, 'YXDOMAIN'],
  [7, 'YXRRSET'],
  [8, 'NXRRSET'],
  [9, 'NOTAUTH'],
  [10, 'NOTZONE'],
  [11, 'DSOTYPENI'],
  [16, 'BADVERS'],
  [17, 'BADKEY'],
  [18, 'BADTIME'],
  [19, 'BADMODE'],
  [20, 'BADNAME'],
  [21, 'BADALG'],
  [22, 'BADTRUNC'],
  [23, 'BADCOOKIE'],
]);

/** `IN`, or `CLASS257` (RFC 3597 5). */
export function classToText(rclass: number): string {
  return CLASS_NAMES.get(rclass) ?? `CLASS${rclass}`;
}

/** The number of `IN`, `in` or `CLASS1`; undefined when there is no such class. */
export function classFromText(text: string): number | undefined {
  const bytes = Uint8Array.from(text, (c) => Math.min(c.charCodeAt(0), 255));
  const rclass = classFromBytes(bytes, 0, bytes.length);
  return rclass < 0 ? undefined : rclass;
}

/** {@link classFromText} of `bytes[start..end)`; -1 when there is no such class. */
export function classFromBytes(bytes: Uint8Array, start: number, end: number): number {
  for (const [rclass, text] of CLASSES) if (equalsUpper(bytes, start, end, text)) return rclass;
  return numberBehind('CLASS', bytes, start, end);
}

/** `QUERY`, or `OPCODE7`. */
export function opcodeToText(opcode: number): string {
  return OPCODES.get(opcode) ?? `OPCODE${opcode}`;
}

/** `NXDOMAIN`, or `RCODE3841`. Of 16 it says BADVERS; in a TSIG record 16 is BADSIG (RFC 8945 3). */
export function rcodeToText(rcode: number): string {
  return RCODES.get(rcode) ?? `RCODE${rcode}`;
}
