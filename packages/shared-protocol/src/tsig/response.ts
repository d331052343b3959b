import { copyBytes } from '../bytes.ts';
import { fail, ok, type Problem, type Result } from '../errors.ts';
import { namesEqual, nameToText } from '../name/name.ts';
import { RCODE } from '../record/constants.ts';
import { type TsigKey, tsigAlgorithmOf } from './key.ts';
import { findTsig } from './locate.ts';
import {
  addSignedMessage,
  addTimers,
  addVariables,
  decrementArcount,
  macLengthProblem,
  macMatches,
  startMac,
} from './mac.ts';
import type { TsigRecord } from './record.ts';
import type { TsigPolicy } from './request.ts';

/** Verifies the answer to a request that was signed with `key` and `requestMac` (RFC 8945 5.4). `message` is a copy without the TSIG. */
export function verifyResponse(
  message: Uint8Array,
  key: TsigKey,
  requestMac: Uint8Array,
  nowSeconds: number,
  policy: TsigPolicy = {},
): Result<{ message: Uint8Array; mac: Uint8Array }> {
  const located = findTsig(message);
  if (!located.ok) return located;
  const tsig = located.value;
  if (tsig === undefined)
    return fail('tsig-missing', `the answer to a request signed with key ${nameToText(key.name)} is not signed`);
  const hmac = startMac(key, requestMac);
  const refusal = checkRecord(tsig, key, nowSeconds, policy) ?? checkMac(message, tsig, key, hmac, nowSeconds, true);
  if (refusal !== undefined) return { ok: false, error: refusal };
  const stripped = copyBytes(message, 0, tsig.start);
  decrementArcount(stripped);
  return ok({ message: stripped, mac: tsig.mac });
}

/** What can be said before the MAC is computed: the peer's own error, other key, other algorithm, MAC length. */
export function checkRecord(
  tsig: TsigRecord,
  key: TsigKey,
  nowSeconds: number,
  policy: TsigPolicy,
): Problem | undefined {
  const text = nameToText(key.name);
  // RFC 8945 5.3.2: these answers cannot be signed. Nobody can be sure of them, but the operator wants to know.
  if (tsig.mac.length === 0 && tsig.error === RCODE.BADKEY)
    return {
      code: 'tsig-peer-bad-key',
      message: `the peer does not know key ${text} with ${key.algorithm}: configure the same name, algorithm and secret there`,
    };
  if (tsig.mac.length === 0 && tsig.error === RCODE.BADSIG)
    return {
      code: 'tsig-peer-bad-signature',
      message: `the peer finds the signature with key ${text} wrong: compare the secret on both sides`,
    };
  // NSD 4.6 does not sign BADTIME either, against RFC 8945 5.2.3.
  if (tsig.mac.length === 0 && tsig.error === RCODE.BADTIME) return peerBadTime(tsig, nowSeconds);
  if (!namesEqual(tsig.keyName, key.name))
    return { code: 'tsig-wrong-key', message: `signed with key ${nameToText(tsig.keyName)} instead of ${text}` };
  if (tsigAlgorithmOf(tsig.algorithm) !== key.algorithm)
    return {
      code: 'tsig-algorithm-mismatch',
      message: `signed with ${nameToText(tsig.algorithm)} instead of ${key.algorithm}`,
    };
  const length = macLengthProblem(tsig.mac.length, key, policy.minimumMac);
  if (length === undefined) return undefined;
  return {
    code: length === 'size' ? 'tsig-mac-size' : 'tsig-bad-truncation',
    message: `the MAC with key ${text} has ${tsig.mac.length} octets, which is not accepted`,
  };
}

/**
 * Finishes `hmac` (already holding what comes before this message) over the message and the TSIG's variables, or its timers
 * alone, and compares; then the time, then the error the peer signed.
 */
export function checkMac(
  message: Uint8Array,
  tsig: TsigRecord,
  key: TsigKey,
  hmac: ReturnType<typeof startMac>,
  nowSeconds: number,
  allVariables: boolean,
): Problem | undefined {
  const text = nameToText(key.name);
  addSignedMessage(hmac, message, tsig);
  if (allVariables) addVariables(hmac, tsig);
  else addTimers(hmac, tsig);
  if (!macMatches(tsig.mac, hmac.digest()))
    return { code: 'tsig-bad-signature', message: `the signature with key ${text} is wrong` };
  if (tsig.error === RCODE.BADTIME) return peerBadTime(tsig, nowSeconds);
  const apart = Math.abs(Math.floor(nowSeconds) - tsig.timeSigned);
  if (apart > tsig.fudge)
    return {
      code: 'tsig-bad-time',
      message: `signed ${apart} s from our time, more than its fudge of ${tsig.fudge} s: check the clocks on both sides`,
    };
  if (tsig.error !== 0)
    return { code: 'tsig-peer-error', message: `the peer answered with TSIG error ${tsig.error} for key ${text}` };
  return undefined;
}

function peerBadTime(tsig: TsigRecord, nowSeconds: number): Problem {
  const other = new DataView(tsig.otherData.buffer, tsig.otherData.byteOffset, tsig.otherData.byteLength);
  const peerTime = other.byteLength === 6 ? other.getUint16(0) * 2 ** 32 + other.getUint32(2) : undefined;
  const apart = peerTime === undefined ? '' : ` (its clock is ${peerTime - Math.floor(nowSeconds)} s ahead of ours)`;
  return { code: 'tsig-peer-bad-time', message: `the peer refuses our time${apart}: check the clocks on both sides` };
}
