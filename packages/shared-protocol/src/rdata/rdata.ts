import { fail, ok, type Result } from '../errors.ts';
import { LOWER, type Name, nameToText, ROOT } from '../name/name.ts';
import type { ResourceRecord } from '../record/record.ts';
import { classToText } from './code-names.ts';
import { RdataPrinter } from './field.ts';
import { hexText } from './fields/binary.ts';
import { readRdata } from './read-rdata.ts';
import { typeToText } from './registry.ts';
import { schemaOf } from './schema.ts';
import { TextProblem } from './text-problem.ts';
import { RdataReader } from './text-reader.ts';
import { TokenScanner } from './token-scanner.ts';

const encoder = new TextEncoder();
/** Its buffer is as large as rdata can be, so there is one; every call starts it anew. */
const reader = new RdataReader(new TokenScanner(new Uint8Array(0)), ROOT);

/**
 * Reads the rdata of `type` in presentation form, such as `10 mail` for MX; `\# 4 C0000201` (RFC 3597 5) goes for every type.
 * Names without final dot are relative to `origin`.
 * @returns uncompressed wire form
 */
export function rdataFromText(type: number, text: string, origin: Name = ROOT): Result<Uint8Array> {
  const scanner = new TokenScanner(encoder.encode(text));
  reader.scanner = scanner;
  reader.origin = origin;
  try {
    scanner.startEntry();
    readRdata(type, reader);
    if (!scanner.atEnd)
      return fail('token-unexpected', `the data of one ${typeToText(type)} record has to be on one line`);
    return ok(reader.bytes.slice(0, reader.length));
  } catch (problem) {
    if (problem instanceof TextProblem) return fail(problem.code, problem.message);
    throw problem;
  }
}

/**
 * Presentation form of rdata, names absolute or, where they end in it, relative to `origin`. What is not well-formed for its
 * type, or has no form of its own, comes as `\# length hex` (RFC 3597 5): nothing is lost.
 */
export function rdataToText(type: number, rdata: Uint8Array, origin?: Name): string {
  const schema = schemaOf(type);
  if (schema === undefined || !isWellFormedRdata(type, rdata)) return genericRdataText(rdata);
  const printer = new RdataPrinter(origin);
  let at = 0;
  for (const field of schema.fields) {
    at = field.print(rdata, at, rdata.length, printer);
    if (at < 0) return genericRdataText(rdata);
  }
  return printer.text;
}

/** `\# 4 C0000201` (RFC 3597 5). */
export function genericRdataText(rdata: Uint8Array): string {
  return rdata.length === 0 ? '\\# 0' : `\\# ${rdata.length} ${hexText(rdata, 0, rdata.length)}`;
}

/** True when `rdata[start..end)` is well-formed uncompressed wire form of `type`; always so for types without a schema. */
export function isWellFormedRdata(type: number, rdata: Uint8Array, start = 0, end: number = rdata.length): boolean {
  const schema = schemaOf(type);
  if (schema === undefined) return true;
  let at = start;
  for (const field of schema.fields) {
    at = field.check(rdata, at, end);
    if (at < 0) return false;
  }
  return at === end;
}

/** {@link isWellFormedRdata} with the words for an operator. */
export function checkRdata(type: number, rdata: Uint8Array): Result<void> {
  if (isWellFormedRdata(type, rdata)) return ok(undefined);
  const shown = hexText(rdata, 0, Math.min(rdata.length, 32)) + (rdata.length > 32 ? '...' : '');
  return fail(
    'rdata-malformed',
    `the ${rdata.length} octets ${shown} are not well-formed ${typeToText(type)} data (${formOf(type)})`,
  );
}

/** How a record of `type` is written: `MX preference exchange`. */
export function formOf(type: number): string {
  const schema = schemaOf(type);
  return `${typeToText(type)} ${schema === undefined ? '\\# length hex' : schema.fieldNames.join(' ')}`;
}

/**
 * Canonical form of rdata (RFC 4034 6.2 as updated by RFC 6840 5.1): a copy with the names of the types listed there in lower
 * case. Octets that are not well-formed stay as they are from the first wrong field on.
 */
export function canonicalRdata(type: number, rdata: Uint8Array): Uint8Array {
  const copy = rdata.slice();
  lowercaseRdataNames(type, copy, 0, copy.length);
  return copy;
}

/** True when canonical form may differ from the octets as they are: the type has names of RFC 4034 6.2. */
export function hasCanonicalNames(type: number): boolean {
  return schemaOf(type)?.hasCanonicalNames ?? false;
}

/** {@link canonicalRdata} in place, for callers who have copied already. */
export function lowercaseRdataNames(type: number, bytes: Uint8Array, start: number, end: number): void {
  const schema = schemaOf(type);
  if (schema === undefined || !schema.hasCanonicalNames) return;
  let at = start;
  for (const field of schema.fields) {
    const stop = field.check(bytes, at, end);
    if (stop < 0) return;
    const from = field.lowercasedFrom?.(bytes, at) ?? stop;
    for (let i = from; i < stop; i++) bytes[i] = LOWER[bytes[i]];
    at = stop;
  }
}

/** One line of a zone file, all names absolute: `www.example.test. 3600 IN A 192.0.2.1`. */
export function recordToText(record: ResourceRecord): string {
  const { name, ttl, type } = record;
  return `${nameToText(name)} ${ttl} ${classToText(record.class)} ${typeToText(type)} ${rdataToText(type, record.rdata)}`;
}
