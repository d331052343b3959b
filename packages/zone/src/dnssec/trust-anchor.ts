import { createHash } from 'node:crypto';
import { fail, LOWER, type Name, ok, type Result, rdataFromText, TYPE } from '@zonewire/shared-protocol';

/** A key of the zone that is known from elsewhere: its DS, or the DNSKEY itself, as rdata in wire form. */
export interface TrustAnchor {
  readonly type: typeof TYPE.DS | typeof TYPE.DNSKEY;
  readonly rdata: Uint8Array;
}

/** IANA digest types of DS (RFC 4509, RFC 6605); those that are not here match nothing. */
const DIGESTS: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256', 4: 'sha384' };

/**
 * Reads an anchor as tools print it: `DS 12345 13 2 ABCD…`, `DNSKEY 257 3 13 …`, with or without owner, TTL and class before that and
 * a comment behind. Errors: `trust-anchor-malformed`.
 */
export function parseTrustAnchor(text: string): Result<TrustAnchor> {
  const found = /^\s*(?:\S+\s+){0,3}?(DS|DNSKEY)\s+([^;]*)/i.exec(text);
  if (found === null)
    return fail(
      'trust-anchor-malformed',
      'it is neither "DS tag algorithm digest-type digest" nor "DNSKEY flags 3 algorithm key"',
    );
  const type = found[1].toUpperCase() === 'DS' ? TYPE.DS : TYPE.DNSKEY;
  const rdata = rdataFromText(type, found[2].trim());
  if (!rdata.ok) return fail('trust-anchor-malformed', rdata.error.message);
  if (type === TYPE.DS && DIGESTS[rdata.value[3]] === undefined)
    return fail(
      'trust-anchor-malformed',
      `its digest type ${rdata.value[3]} is not supported; use 2 (SHA-256) or 4 (SHA-384)`,
    );
  return ok({ type, rdata: rdata.value });
}

export function isSupportedDigest(type: number): boolean {
  return DIGESTS[type] !== undefined;
}

/** True when the DNSKEY `rdata` of `zone` is the one that the anchor stands for (RFC 4034 5.1.4). */
export function isAnchored(zone: Name, rdata: Uint8Array, tag: number, anchor: TrustAnchor): boolean {
  if (anchor.type === TYPE.DNSKEY) return Buffer.compare(anchor.rdata, rdata) === 0;
  const ds = anchor.rdata;
  if (((ds[0] << 8) | ds[1]) !== tag || ds[2] !== rdata[3]) return false;
  const digest = DIGESTS[ds[3]];
  if (digest === undefined) return false;
  const owner = zone.map((octet) => LOWER[octet]);
  return Buffer.compare(createHash(digest).update(owner).update(rdata).digest(), ds.subarray(4)) === 0;
}
