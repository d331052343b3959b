import { copyBytes } from '../bytes.ts';
import { fail, type Problem } from '../errors.ts';
import { decodeMessage } from '../message/decode.ts';
import { encodeMessage } from '../message/encode.ts';
import { FLAG, messageFlags, messageId, messageOpcode, sectionCount } from '../message/header.ts';
import { type Name, nameToText } from '../name/name.ts';
import { RCODE } from '../record/constants.ts';
import { type TsigKey, tsigAlgorithmOf } from './key.ts';
import { findTsig } from './locate.ts';
import {
  addSignedMessage,
  addVariables,
  decrementArcount,
  macLengthProblem,
  macMatches,
  startMac,
  time48,
} from './mac.ts';
import type { TsigRecord } from './record.ts';
import { appendTsig, signMessage } from './sign.ts';

export interface TsigRefused {
  readonly status: 'refused';
  /** BADSIG 16, BADKEY 17, BADTIME 18 or BADTRUNC 22. */
  readonly error: number;
  /** For the log: which key, what is wrong, what to do about it. */
  readonly problem: Problem;
  readonly tsig: TsigRecord;
  /** Set when the signature itself was right (BADTIME, BADTRUNC): the answer is signed with it. */
  readonly key?: TsigKey;
  readonly mac?: Uint8Array;
}

export type RequestVerdict =
  | { readonly status: 'unsigned' }
  | {
      readonly status: 'ok';
      readonly key: TsigKey;
      readonly mac: Uint8Array;
      /** A copy without the TSIG record. Its ID is the one on the wire: an answer goes to whoever sent it, a forwarder too. */
      readonly message: Uint8Array;
    }
  | TsigRefused
  /** The answer is FORMERR. */
  | { readonly status: 'malformed'; readonly problem: Problem };

export interface TsigPolicy {
  /** Shortest MAC accepted, in octets; default: only full ones (RFC 8945 5.2.4). RFC 8945 5.2.2.1 bounds it from below. */
  readonly minimumMac?: number;
}

/**
 * Verifies the TSIG of a request in the order of RFC 8945 5.2: key, MAC, time, truncation policy.
 * @param findKey by name, ignoring case.
 */
export function verifyRequest(
  message: Uint8Array,
  findKey: (name: Name) => TsigKey | undefined,
  nowSeconds: number,
  policy: TsigPolicy = {},
): RequestVerdict {
  // Most queries: nothing where a TSIG could be. One in another section is refused by whoever reads the message.
  if (sectionCount(message, 3) === 0 && message.length >= 12) return { status: 'unsigned' };
  const located = findTsig(message);
  if (!located.ok) return { status: 'malformed', problem: located.error };
  const tsig = located.value;
  if (tsig === undefined) return { status: 'unsigned' };

  const key = findKey(tsig.keyName);
  const algorithm = tsigAlgorithmOf(tsig.algorithm);
  if (key === undefined || algorithm !== key.algorithm)
    return { status: 'refused', error: RCODE.BADKEY, problem: badKey(tsig, key), tsig };

  const length = macLengthProblem(tsig.mac.length, key, policy.minimumMac);
  if (length === 'size') {
    const what = `a MAC of ${tsig.mac.length} octets is not possible with ${algorithm} (RFC 8945 5.2.2.1)`;
    return { status: 'malformed', problem: fail('tsig-mac-size', what).error };
  }
  const hmac = startMac(key, undefined);
  addSignedMessage(hmac, message, tsig);
  addVariables(hmac, tsig);
  const text = nameToText(tsig.keyName);
  if (!macMatches(tsig.mac, hmac.digest())) {
    const what = `the signature with key ${text} is wrong: compare the secret on both sides`;
    return { status: 'refused', error: RCODE.BADSIG, problem: fail('tsig-bad-signature', what).error, tsig };
  }
  const apart = Math.floor(nowSeconds) - tsig.timeSigned;
  if (Math.abs(apart) > tsig.fudge) {
    const what = `the request signed with key ${text} is ${Math.abs(apart)} s ${apart > 0 ? 'old' : 'in the future'}, more than its fudge of ${tsig.fudge} s: check the clocks on both sides`;
    const problem = fail('tsig-bad-time', what).error;
    return { status: 'refused', error: RCODE.BADTIME, problem, tsig, key, mac: tsig.mac };
  }
  if (length === 'truncated') {
    const what = `the MAC with key ${text} is cut to ${tsig.mac.length} octets, which the policy here does not accept`;
    const problem = fail('tsig-bad-truncation', what).error;
    return { status: 'refused', error: RCODE.BADTRUNC, problem, tsig, key, mac: tsig.mac };
  }
  const stripped = copyBytes(message, 0, tsig.start);
  decrementArcount(stripped);
  return { status: 'ok', key, mac: tsig.mac, message: stripped };
}

function badKey(tsig: TsigRecord, key: TsigKey | undefined): Problem {
  const keyText = nameToText(tsig.keyName);
  const algorithm = nameToText(tsig.algorithm);
  if (tsigAlgorithmOf(tsig.algorithm) === 'hmac-md5')
    return {
      code: 'tsig-algorithm-refused',
      message: `key ${keyText} was used with hmac-md5, which is not accepted (RFC 6151): set the algorithm to hmac-sha256 on both sides`,
    };
  if (key === undefined)
    return { code: 'tsig-unknown-key', message: `no key ${keyText} is configured here (algorithm ${algorithm})` };
  return {
    code: 'tsig-algorithm-mismatch',
    message: `key ${keyText} is configured here with ${key.algorithm}, but was used with ${algorithm}: set the same algorithm on both sides`,
  };
}

/**
 * The answer to a refused request: NOTAUTH with the TSIG error. Signed for BADTIME (client's time and fudge repeated, our
 * time in the other data) and BADTRUNC; unsigned, with an empty MAC, for BADKEY and BADSIG (RFC 8945 5.2.1 to 5.2.4, 5.3.2).
 */
export function tsigErrorResponse(request: Uint8Array, refused: TsigRefused, nowSeconds: number): Uint8Array {
  const decoded = decodeMessage(request);
  const response = encodeMessage({
    id: messageId(request),
    qr: true,
    opcode: messageOpcode(request),
    rd: (messageFlags(request) & FLAG.RD) !== 0,
    rcode: RCODE.NOTAUTH,
    question: decoded.ok ? decoded.value.question : [],
    edns:
      decoded.ok && decoded.value.edns !== undefined
        ? { udpSize: 1232, version: 0, dnssecOk: decoded.value.edns.dnssecOk, extendedRcode: 0, options: [] }
        : undefined,
  });
  const { tsig, error, key, mac } = refused;
  if (key !== undefined && mac !== undefined) {
    const badTime = error === RCODE.BADTIME;
    return signMessage(response, key, badTime ? tsig.timeSigned : nowSeconds, {
      requestMac: mac,
      error,
      fudge: tsig.fudge,
      otherData: badTime ? time48(Math.floor(nowSeconds)) : undefined,
    }).bytes;
  }
  const variables = {
    keyName: tsig.keyName,
    algorithm: tsig.algorithm,
    timeSigned: Math.floor(nowSeconds),
    fudge: tsig.fudge,
    error,
    otherData: new Uint8Array(0),
  };
  return appendTsig(response, variables, new Uint8Array(0), messageId(request));
}
