import type { Layer } from '../image/layer.ts';

const RRSIG = 46;
const NSEC = 47;
const NSEC3 = 50;

/**
 * The one RRset that answers QTYPE ANY (RFC 8482 4.1): the shortest that is data rather than proof, of equally long ones that of
 * the lowest type. Deterministic, and useless for amplification. NSEC3 is not there for questions (RFC 5155 7.2.8).
 * 0 for an empty non-terminal.
 */
export function anyRRset(layer: Layer, node: number): number {
  const { words } = layer;
  let best = 0;
  let bestLength = 0;
  let rrset = layer.firstRRset(node);
  for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
    const type = words[rrset >>> 2] & 0xffff;
    const proof = type === RRSIG || type === NSEC;
    const length = words[(rrset >>> 2) + 2] + (proof ? 0x4000_0000 : 0);
    if (!isNsec3(layer, rrset, type) && (best === 0 || length < bestLength)) {
      best = rrset;
      bestLength = length;
    }
    rrset = layer.nextRRset(rrset);
  }
  return best;
}

/** True for NSEC3 and for the RRSIGs over it. */
export function isNsec3(layer: Layer, rrset: number, type: number): boolean {
  const { bytes } = layer;
  return type === NSEC3 || (type === RRSIG && ((bytes[rrset + 14] << 8) | bytes[rrset + 15]) === NSEC3);
}
