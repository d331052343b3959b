import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';
import { HEADER_LENGTH } from '../message/header.ts';
import { lowercaseName, type Name } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import { TSIG_ALGORITHMS, type TsigKey } from './key.ts';
import type { TsigRecord } from './record.ts';

/** What of a TSIG record is signed beside the message. */
export interface TsigVariables {
  readonly keyName: Name;
  readonly algorithm: Name;
  readonly timeSigned: number;
  readonly fudge: number;
  readonly error: number;
  readonly otherData: Uint8Array;
}

/** Default permitted difference of clocks, in seconds (RFC 8945 10). */
export const TSIG_FUDGE = 300;

/** A MAC that begins with the MAC of the message before (the request's, or the stream's last signed one), as RFC 8945 4.3.1 says. */
export function startMac(key: TsigKey, priorMac: Uint8Array | undefined): Hmac {
  const hmac = createHmac(TSIG_ALGORITHMS[key.algorithm].hash, key.secret);
  if (priorMac !== undefined) {
    hmac.update(Uint8Array.of(priorMac.length >>> 8, priorMac.length));
    hmac.update(priorMac);
  }
  return hmac;
}

const header = new Uint8Array(HEADER_LENGTH);

/** The message as it was before its TSIG was added (RFC 8945 4.3.2): original ID, ARCOUNT without the TSIG, ending where the TSIG starts. */
export function addSignedMessage(hmac: Hmac, message: Uint8Array, tsig: TsigRecord): void {
  header.set(message.subarray(0, HEADER_LENGTH));
  header[0] = tsig.originalId >>> 8;
  header[1] = tsig.originalId;
  decrementArcount(header);
  // Hmac.update hashes at once, so the buffer may be used again.
  hmac.update(header);
  hmac.update(message.subarray(HEADER_LENGTH, tsig.start));
}

export function decrementArcount(message: Uint8Array): void {
  const count = ((message[10] << 8) | message[11]) - 1;
  message[10] = count >>> 8;
  message[11] = count;
}

/** RFC 8945 4.3.3: TSIG variables. */
export function addVariables(hmac: Hmac, v: TsigVariables): void {
  hmac.update(lowercaseName(v.keyName));
  hmac.update(Uint8Array.of(CLASS.ANY >>> 8, CLASS.ANY, 0, 0, 0, 0));
  hmac.update(lowercaseName(v.algorithm));
  addTimers(hmac, v);
  hmac.update(Uint8Array.of(v.error >>> 8, v.error, v.otherData.length >>> 8, v.otherData.length));
  hmac.update(v.otherData);
}

/** RFC 8945 4.3.3.1: of later messages of a stream only time and fudge are signed. */
export function addTimers(hmac: Hmac, v: { readonly timeSigned: number; readonly fudge: number }): void {
  const timers = new Uint8Array(8);
  timers.set(time48(v.timeSigned), 0);
  timers[6] = v.fudge >>> 8;
  timers[7] = v.fudge;
  hmac.update(timers);
}

/** Seconds since 1970 as 48 bits (RFC 8945 4.2). */
export function time48(seconds: number): Uint8Array {
  const out = new Uint8Array(6);
  const view = new DataView(out.buffer);
  view.setUint16(0, Math.floor(seconds / 0x1_0000_0000));
  view.setUint32(2, seconds >>> 0);
  return out;
}

/** Compares a possibly truncated MAC with the full one in constant time. */
export function macMatches(received: Uint8Array, full: Uint8Array): boolean {
  return received.length <= full.length && timingSafeEqual(received, full.subarray(0, received.length));
}

/**
 * What is wrong with the length of a received MAC: 'size' for lengths no sender may use (RFC 8945 5.2.2.1: longer than the
 * hash, or less than the larger of 10 octets and half the hash), 'truncated' for those shorter than `minimum`
 * (policy, RFC 8945 5.2.4; by default the full length).
 */
export function macLengthProblem(length: number, key: TsigKey, minimum?: number): 'size' | 'truncated' | undefined {
  const { macLength } = TSIG_ALGORITHMS[key.algorithm];
  if (length > macLength || length < Math.max(10, macLength / 2)) return 'size';
  return length < Math.min(minimum ?? macLength, macLength) ? 'truncated' : undefined;
}
