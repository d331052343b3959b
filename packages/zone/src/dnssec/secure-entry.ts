import { createHash } from 'node:crypto';
import { canonicalRdata, LOWER, lowercaseName, type Name, TYPE } from '@zonewire/shared-protocol';
import { isSignature, isSupported, readPublicKey } from './algorithms.ts';
import { isBefore, Rrsig } from './rrsig.ts';
import { MAX_TRIED } from './signatures.ts';
import { isAnchored, isSupportedDigest } from './trust-anchor.ts';
import { keyTag, MAX_KEYS } from './zone-keys.ts';

/** The DNSKEY RRset of a zone as one server answers it: rdata in wire form. */
export interface KeySet {
  readonly keys: readonly Uint8Array[];
  /** RRSIGs over it. */
  readonly signatures: readonly Uint8Array[];
}

/** How a zone is entered from its parent: the DS records there against the keys here (RFC 4035 5.2). */
export interface SecureEntry {
  /** DS records that stand for a key of the set. */
  readonly matching: readonly Uint8Array[];
  /** DS records that could be checked and stand for no key of the set. */
  readonly orphans: readonly Uint8Array[];
  /** DS records whose digest type or algorithm is not known here: to a validator as if they were not there. */
  readonly unsupported: readonly Uint8Array[];
  /** Why no signature by a key that a DS stands for verifies; undefined: one does, or no DS matches. */
  readonly fault: string | undefined;
}

/** `now`: seconds since the epoch. Never throws, whatever the octets are; costs a bounded number of signatures. */
export function secureEntry(zone: Name, set: KeySet, ds: readonly Uint8Array[], now: number): SecureEntry {
  const matching: Uint8Array[] = [];
  const orphans: Uint8Array[] = [];
  const unsupported: Uint8Array[] = [];
  const trusted = new Set<Uint8Array>();
  const keys = usableKeys(set);
  for (const one of ds) {
    if (one.length < 5 || !isSupportedDigest(one[3]) || !isSupported(one[2])) {
      unsupported.push(one);
      continue;
    }
    const found = keys.filter((key) => isAnchored(zone, key, keyTag(key), { type: TYPE.DS, rdata: one }));
    if (found.length === 0) orphans.push(one);
    else matching.push(one);
    for (const key of found) trusted.add(key);
  }
  const fault = trusted.size === 0 ? undefined : signatureFault(zone, set, [...trusted], now);
  return { matching, orphans, unsupported, fault };
}

/**
 * The DS records to enter at the parent: SHA-256 (RFC 4509) of each secure entry point that signs the set of the keys; where none
 * has that flag, of each key that does.
 */
export function dsToEnter(zone: Name, set: KeySet, now: number): Uint8Array[] {
  const signing = usableKeys(set).filter((key) => signatureFault(zone, set, [key], now) === undefined);
  const entryPoints = signing.filter((key) => (key[1] & 1) === 1);
  return (entryPoints.length > 0 ? entryPoints : signing).map((key) => dsOf(zone, key));
}

/** DS rdata with a SHA-256 digest (RFC 4034 5.1.4, RFC 4509). */
export function dsOf(zone: Name, key: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(lowercaseName(zone)).update(key).digest();
  const tag = keyTag(key);
  return Uint8Array.from([tag >>> 8, tag & 0xff, key[3], 2, ...digest]);
}

/** RFC 4034 2.1.1: zone keys of protocol 3; RFC 5011 2.1: not revoked. */
function usableKeys({ keys }: KeySet): readonly Uint8Array[] {
  return keys
    .slice(0, MAX_KEYS)
    .filter((key) => key.length > 4 && (key[0] & 1) === 1 && !(key[1] & 0x80) && key[2] === 3);
}

/** Undefined when one RRSIG by one of `keys` over the set verifies now (RFC 4035 5.3). */
function signatureFault(zone: Name, set: KeySet, keys: readonly Uint8Array[], now: number): string | undefined {
  const rrsig = new Rrsig();
  let fault = 'no RRSIG over the DNSKEY records is by it';
  let left = MAX_TRIED;
  for (const signature of set.signatures) {
    if (!rrsig.read(signature, 0, signature.length) || ((signature[0] << 8) | signature[1]) !== TYPE.DNSKEY) continue;
    if (!rrsig.isSigner(signature, zone)) continue;
    for (const key of keys) {
      if (keyTag(key) !== rrsig.keyTag || key[3] !== rrsig.algorithm || !isSupported(rrsig.algorithm)) continue;
      if (isBefore(rrsig.expiration, now >>> 0)) {
        fault = `its RRSIG over the DNSKEY records expired at ${timeText(rrsig.expiration)}`;
        continue;
      }
      if (isBefore(now >>> 0, rrsig.inception)) {
        fault = `its RRSIG over the DNSKEY records is valid only from ${timeText(rrsig.inception)} on`;
        continue;
      }
      if (left-- === 0) return `none of the first ${MAX_TRIED} pairs of RRSIG and key fits; more are not tried`;
      const publicKey = readPublicKey(rrsig.algorithm, key.subarray(4));
      if (!publicKey.ok) {
        fault = `the key cannot be read: ${publicKey.error.message}`;
        continue;
      }
      const data = signedData(zone, set.keys, signature, rrsig);
      if (isSignature(rrsig.algorithm, publicKey.value, data, signature.subarray(rrsig.signerEnd))) return undefined;
      fault = 'its RRSIG over the DNSKEY records does not fit them: one of them was changed';
    }
  }
  return fault;
}

/** RFC 4034 3.1.8.1 */
function signedData(zone: Name, keys: readonly Uint8Array[], signature: Uint8Array, rrsig: Rrsig): Uint8Array {
  const head = signature.slice(0, rrsig.signerEnd);
  for (let i = rrsig.signerStart; i < head.length; i++) head[i] = LOWER[head[i]];
  const owner = lowercaseName(zone);
  const sorted = keys.map((key) => canonicalRdata(TYPE.DNSKEY, key)).sort(Buffer.compare);
  const parts: Uint8Array[] = [head];
  for (const [i, key] of sorted.entries()) {
    if (i > 0 && Buffer.compare(key, sorted[i - 1]) === 0) continue;
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(TYPE.DNSKEY, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(rrsig.originalTtl, 4);
    fixed.writeUInt16BE(key.length, 8);
    parts.push(owner, fixed, key);
  }
  return Buffer.concat(parts);
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
