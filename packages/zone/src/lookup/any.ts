import type { Layer } from '../image/layer.ts';

const RRSIG = 46;
const NSEC = 47;
const NSEC3 = 50;

/**
 * The one RRset that answers QTYPE ANY (RFC 8482 4.1): the shortest that is data rather than proof, of equally long ones that of
 * the lowest type. Deterministic, and useless for amplification. 0 for an empty non-terminal.
 */
export function anyRRset(layer: Layer, node: number): number {
  const { words } = layer;
  let best = 0;
  let bestLength = 0;
  let rrset = layer.firstRRset(node);
  for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
    const type = words[rrset >>> 2] & 0xffff;
    const proof = type === RRSIG || type === NSEC || type === NSEC3;
    const length = words[(rrset >>> 2) + 2] + (proof ? 0x4000_0000 : 0);
    if (best === 0 || length < bestLength) {
      best = rrset;
      bestLength = length;
    }
    rrset = layer.nextRRset(rrset);
  }
  return best;
}
