import { ZonewireError } from '../errors.ts';
import { MAX_MESSAGE, messageId } from '../message/header.ts';
import { CLASS } from '../record/constants.ts';
import { TYPE } from '../record/types.ts';
import { canonicalKeyName, TSIG_ALGORITHMS, type TsigKey } from './key.ts';
import { addVariables, startMac, TSIG_FUDGE, type TsigVariables, time48 } from './mac.ts';

export interface SignOptions {
  /** MAC of the request that `message` answers (RFC 8945 5.3). */
  readonly requestMac?: Uint8Array | undefined;
  /** Seconds of clock difference allowed; default 300. */
  readonly fudge?: number | undefined;
  /** TSIG error, for answers that tell the client its signature was refused. */
  readonly error?: number | undefined;
  readonly otherData?: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);

/**
 * Signs a request, or the (first) answer to one: a fresh array with the TSIG record added at its end, and the MAC, which the
 * other side's answer, or the next message of a stream, is bound to. `nowSeconds` is the time signed.
 * Throws ZonewireError `message-too-large` when the record does not fit into 65,535 octets.
 */
export function signMessage(
  message: Uint8Array,
  key: TsigKey,
  nowSeconds: number,
  options: SignOptions = {},
): { bytes: Uint8Array; mac: Uint8Array } {
  const variables: TsigVariables = {
    keyName: canonicalKeyName(key),
    algorithm: TSIG_ALGORITHMS[key.algorithm].wireName,
    timeSigned: Math.floor(nowSeconds),
    fudge: options.fudge ?? TSIG_FUDGE,
    error: options.error ?? 0,
    otherData: options.otherData ?? NOTHING,
  };
  const hmac = startMac(key, options.requestMac);
  hmac.update(message);
  addVariables(hmac, variables);
  const mac = hmac.digest();
  return { bytes: appendTsig(message, variables, mac, messageId(message)), mac };
}

/** A copy of `message` with a TSIG record of these contents at its end, and ARCOUNT one higher. */
export function appendTsig(
  message: Uint8Array,
  variables: TsigVariables,
  mac: Uint8Array,
  originalId: number,
): Uint8Array {
  const { keyName, algorithm, timeSigned, fudge, error, otherData } = variables;
  const rdataLength = algorithm.length + 16 + mac.length + otherData.length;
  const out = new Uint8Array(message.length + keyName.length + 10 + rdataLength);
  if (out.length > MAX_MESSAGE)
    throw new ZonewireError('message-too-large', `a message of ${message.length} octets leaves no room for its TSIG`);
  const view = new DataView(out.buffer);
  out.set(message, 0);
  view.setUint16(10, view.getUint16(10) + 1);
  let at = message.length;
  out.set(keyName, at);
  at += keyName.length;
  view.setUint16(at, TYPE.TSIG);
  view.setUint16(at + 2, CLASS.ANY);
  view.setUint16(at + 8, rdataLength);
  at += 10;
  out.set(algorithm, at);
  at += algorithm.length;
  out.set(time48(timeSigned), at);
  view.setUint16(at + 6, fudge);
  view.setUint16(at + 8, mac.length);
  out.set(mac, at + 10);
  at += 10 + mac.length;
  view.setUint16(at, originalId);
  view.setUint16(at + 2, error);
  view.setUint16(at + 4, otherData.length);
  out.set(otherData, at + 6);
  return out;
}
