import type { Hmac } from 'node:crypto';
import { fail, ok, type Problem, type Result } from '../errors.ts';
import { messageId } from '../message/header.ts';
import { nameToText } from '../name/name.ts';
import { canonicalKeyName, TSIG_ALGORITHMS, type TsigKey } from './key.ts';
import { findTsig } from './locate.ts';
import { addTimers, decrementArcount, startMac, TSIG_FUDGE } from './mac.ts';
import type { TsigPolicy } from './request.ts';
import { checkMac, checkRecord } from './response.ts';
import { appendTsig, signMessage } from './sign.ts';

/**
 * Signatures over answers of several messages (transfers), RFC 8945 5.3.1. The first message is signed like any answer: bound
 * to the request's MAC, with all TSIG variables. Every later signature covers the MAC before it, all messages since, and of the
 * TSIG only time and fudge. Leaving or adding a message, or changing their order, breaks the chain.
 */

/** RFC 8945 5.3.1: a signature at least every 100 messages; the receiver takes at most 99 unsigned ones in between. */
export const MAX_UNSIGNED = 99;

/** Signs every message of a stream. */
export class TsigStreamSigner {
  readonly #key: TsigKey;
  readonly #now: () => number;
  #priorMac: Uint8Array;
  #first = true;

  /** @param now seconds since 1970. */
  constructor(key: TsigKey, requestMac: Uint8Array, now: () => number) {
    this.#key = key;
    this.#priorMac = requestMac;
    this.#now = now;
  }

  /** The message with its TSIG, as a fresh array. `last` is not needed as every message is signed; it is there for signers that leave some out. */
  sign(message: Uint8Array, _last: boolean): Uint8Array {
    const key = this.#key;
    const now = Math.floor(this.#now());
    if (this.#first) {
      this.#first = false;
      const { bytes, mac } = signMessage(message, key, now, { requestMac: this.#priorMac });
      this.#priorMac = mac;
      return bytes;
    }
    const variables = {
      keyName: canonicalKeyName(key),
      algorithm: TSIG_ALGORITHMS[key.algorithm].wireName,
      timeSigned: now,
      fudge: TSIG_FUDGE,
      error: 0,
      otherData: new Uint8Array(0),
    };
    const hmac = startMac(key, this.#priorMac);
    hmac.update(message);
    addTimers(hmac, variables);
    this.#priorMac = hmac.digest();
    return appendTsig(message, variables, this.#priorMac, messageId(message));
  }
}

/**
 * Verifies a stream. What unsigned messages bring is only trustworthy once a later message was verified: keep it aside until
 * {@link TsigStreamVerifier.finish} says yes.
 */
export class TsigStreamVerifier {
  readonly #key: TsigKey;
  readonly #now: () => number;
  readonly #policy: TsigPolicy;
  /** Holds the prior MAC and the unsigned messages since. */
  #hmac: Hmac;
  #messages = 0;
  #unsigned = 0;
  #failed: Problem | undefined;

  /** @param now seconds since 1970. */
  constructor(key: TsigKey, requestMac: Uint8Array, now: () => number, policy: TsigPolicy = {}) {
    this.#key = key;
    this.#now = now;
    this.#policy = policy;
    this.#hmac = startMac(key, requestMac);
  }

  /** The next message; the answer is the message without its TSIG. It shares memory with `message`, whose ARCOUNT is corrected in place. */
  push(message: Uint8Array): Result<Uint8Array> {
    if (this.#failed !== undefined) return { ok: false, error: this.#failed };
    const result = this.#verify(message);
    if (!result.ok) this.#failed = result.error;
    return result;
  }

  #verify(message: Uint8Array): Result<Uint8Array> {
    const located = findTsig(message);
    if (!located.ok) return located;
    const tsig = located.value;
    const first = this.#messages++ === 0;
    if (tsig === undefined) {
      if (first)
        return fail(
          'tsig-missing',
          `the first message of the answer to a request signed with key ${nameToText(this.#key.name)} is not signed (RFC 8945 5.3.1)`,
        );
      if (++this.#unsigned > MAX_UNSIGNED)
        return fail(
          'tsig-too-many-unsigned',
          `more than ${MAX_UNSIGNED} messages without a signature (RFC 8945 5.3.1)`,
        );
      this.#hmac.update(message);
      return ok(message);
    }
    const now = this.#now();
    const refusal =
      checkRecord(tsig, this.#key, now, this.#policy) ?? checkMac(message, tsig, this.#key, this.#hmac, now, first);
    if (refusal !== undefined) return { ok: false, error: refusal };
    this.#hmac = startMac(this.#key, tsig.mac);
    this.#unsigned = 0;
    decrementArcount(message);
    return ok(message.subarray(0, tsig.start));
  }

  /** To be asked when the transfer is complete: the last message must have been signed. */
  finish(): Result<void> {
    if (this.#failed !== undefined) return { ok: false, error: this.#failed };
    if (this.#messages === 0) return fail('tsig-missing', 'no message arrived that could have been signed');
    if (this.#unsigned > 0)
      return fail('tsig-last-unsigned', 'the last message of the transfer is not signed (RFC 8945 5.3.1)');
    return ok(undefined);
  }
}
