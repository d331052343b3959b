import type { Field } from '../field.ts';
import { escapedOctet } from '../name-text.ts';
import { TextProblem } from '../text-problem.ts';
import { MAX_RDATA, type RdataReader } from '../text-reader.ts';
import { read16 } from './numbers.ts';
import { escapeWidth } from './strings.ts';
import { isPrintedByName, keyFromText, keyToText, opaqueValue, SVC_VALUES, type SvcValue } from './svcb-values.ts';

const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;

/** The parameters of SVCB and HTTPS (RFC 9460 2.1, 2.2): in any order in text, ascending by key on the wire. */
export const svcParams: Field = {
  read(input) {
    const params = new Map<number, Uint8Array>();
    while (input.more) takeParam(input, params);
    const keys = [...params.keys()].sort((a, b) => a - b);
    for (const key of keys) {
      const value = params.get(key)!;
      input.put16(key);
      input.put16(value.length);
      input.putBytes(value);
      input.checkLength();
    }
    const wrong = disagreement(keys, params.get(MANDATORY));
    if (wrong !== undefined) throw new TextProblem('svcparam-invalid', wrong);
  },
  check(rdata, at, end) {
    const keys: number[] = [];
    let mandatory: Uint8Array | undefined;
    while (at < end) {
      if (at + 4 > end) return -1;
      const key = read16(rdata, at);
      const stop = at + 4 + read16(rdata, at + 2);
      if (stop > end || (keys.length > 0 && key <= keys[keys.length - 1])) return -1;
      const value = rdata.subarray(at + 4, stop);
      if (!kindOf(key).check(value)) return -1;
      if (key === MANDATORY) mandatory = value;
      keys.push(key);
      at = stop;
    }
    return disagreement(keys, mandatory) === undefined ? at : -1;
  },
  print(rdata, at, end, output) {
    while (at < end) {
      const key = read16(rdata, at);
      const stop = at + 4 + read16(rdata, at + 2);
      const value = (isPrintedByName(key) ? kindOf(key) : opaqueValue).print(rdata.subarray(at + 4, stop));
      output.word(value === '' ? keyToText(key) : `${keyToText(key)}=${value}`);
      at = stop;
    }
    return end;
  },
};

function takeParam(input: RdataReader, params: Map<number, Uint8Array>): void {
  const { scanner } = input;
  input.expectWord();
  const equals = scanner.rescanPair();
  const { bytes, start, stop } = scanner;
  const keyText = String.fromCharCode(...bytes.subarray(start, Math.min(equals, start + 64)));
  const key = keyFromText(keyText);
  if (key === undefined)
    throw new TextProblem(
      'svcparam-unknown',
      `has an unknown parameter ${JSON.stringify(keyText)}; write it as key667="..."`,
    );
  if (params.has(key))
    throw new TextProblem('svcparam-duplicate', `has the parameter ${keyToText(key)} twice; write each key once`);
  const text = equals < stop ? valueOctets(input, equals + 1) : new Uint8Array(0);
  const value = keyText.startsWith('key') ? numberedValue(key, text) : kindOf(key).read(text);
  if (typeof value === 'string') throw new TextProblem('svcparam-invalid', `has ${keyToText(key)} ${value}`);
  if (value.length > MAX_RDATA)
    throw new TextProblem('rdata-too-long', `has a ${keyToText(key)} that is too long for a record`);
  params.set(key, value);
  scanner.next();
}

/**
 * The value of a `keyNNN`: its octets are the wire form, also when the key has a name here, because other software may not know
 * the name (RFC 9460 2.1; BIND does the same).
 */
function numberedValue(key: number, octets: Uint8Array): Uint8Array | string {
  return kindOf(key).check(octets) ? octets : `as key${key} with octets that are not the wire form of its value`;
}

/** The octets of the value which starts at `at` in the current token, quotes and escapes undone. */
function valueOctets(input: RdataReader, at: number): Uint8Array {
  const { scanner } = input;
  const { bytes } = scanner;
  const quoted = bytes[at] === 0x22;
  const stop = quoted ? scanner.stop - 1 : scanner.stop;
  const out: number[] = [];
  for (let i = quoted ? at + 1 : at; i < stop; i += escapeWidth(bytes, i))
    out.push(bytes[i] === 0x5c ? escapedOctet(scanner, i) : bytes[i]);
  return Uint8Array.from(out);
}

function kindOf(key: number): SvcValue {
  return SVC_VALUES[key] ?? opaqueValue;
}

/** What is wrong between the parameters (RFC 9460 7.1.1, 8); undefined when nothing is. */
function disagreement(keys: readonly number[], mandatory: Uint8Array | undefined): string | undefined {
  const present = new Set(keys);
  if (present.has(NO_DEFAULT_ALPN) && !present.has(ALPN)) return 'has no-default-alpn without alpn';
  for (let i = 0; mandatory !== undefined && i < mandatory.length; i += 2) {
    const key = read16(mandatory, i);
    if (!present.has(key)) return `has ${keyToText(key)} in mandatory, but not the parameter itself`;
  }
  return undefined;
}
