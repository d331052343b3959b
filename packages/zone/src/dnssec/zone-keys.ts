import type { KeyObject } from 'node:crypto';
import { type Name, TYPE } from '@zonewire/shared-protocol';
import type { Findings } from '../checks/finding.ts';
import { algorithmText, isSupported, readPublicKey } from './algorithms.ts';
import { isAnchored, type TrustAnchor } from './trust-anchor.ts';

/** DNSKEY records of a zone that are looked at; a rollover of every kind at once needs fewer than ten. More: the zone is not valid. */
export const MAX_KEYS = 32;

const ZONE_KEY = 0x0100;
const REVOKED = 0x0080;

export interface ZoneKey {
  readonly tag: number;
  readonly algorithm: number;
  readonly key: KeyObject;
  /** One of the trust anchors stands for it. */
  readonly isAnchored: boolean;
}

/** The keys of a zone that signatures can be checked with. What is wrong with others is only told. */
export function readZoneKeys(
  zone: Name,
  rdatas: readonly Uint8Array[],
  anchors: readonly TrustAnchor[],
  findings: Findings,
): readonly ZoneKey[] {
  const at = { name: zone, type: TYPE.DNSKEY };
  if (rdatas.length > MAX_KEYS) {
    findings.add('error', 'keys-too-many', at, `the zone has ${rdatas.length} keys, at most ${MAX_KEYS} are looked at`);
    return [];
  }
  const keys: ZoneKey[] = [];
  for (const rdata of rdatas) {
    if (rdata.length < 5) {
      findings.add('warning', 'key-malformed', at, `a key has only ${rdata.length} octets; it is passed over`);
      continue;
    }
    const flags = (rdata[0] << 8) | rdata[1];
    const algorithm = rdata[3];
    const tag = keyTag(rdata);
    // RFC 4034 2.1.1 and 2.1.2: not for signatures over data. RFC 5011 2.1: a revoked key is none any more.
    if ((flags & ZONE_KEY) === 0 || (flags & REVOKED) !== 0 || rdata[2] !== 3) continue;
    const known = `key ${tag} of algorithm ${algorithmText(algorithm)}`;
    if (!isSupported(algorithm)) {
      findings.add('warning', 'key-unsupported', at, `${known} cannot be used here; its signatures are passed over`);
      continue;
    }
    const read = readPublicKey(algorithm, rdata.subarray(4));
    if (!read.ok) {
      findings.add('warning', read.error.code, at, `${known} is passed over: ${read.error.message}`);
      continue;
    }
    keys.push({
      tag,
      algorithm,
      key: read.value,
      isAnchored: anchors.some((one) => isAnchored(zone, rdata, tag, one)),
    });
  }
  return keys;
}

/** RFC 4034 appendix B. Several keys may have the same. */
export function keyTag(rdata: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < rdata.length; i++) sum += (i & 1) === 0 ? rdata[i] << 8 : rdata[i];
  return (sum + (sum >>> 16)) & 0xffff;
}
