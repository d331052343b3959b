import type { Layer } from '../../image/layer.ts';
import { copyOctets } from '../../image/octets.ts';
import { fill, type LookupState } from '../state.ts';

const TYPE_RRSIG = 46;

/**
 * Puts the RRset of `type` (NSEC or NSEC3) of `node` and its RRSIGs into the authority section, once. Its owner is the current name
 * from `ownerAt` on, or for -1 the node's own. The TTL is that of a negative answer at most (RFC 9077 3).
 * @returns false when there is no such RRset or no room.
 */
export function putProof(state: LookupState, type: number, layer: Layer, node: number, ownerAt: number): boolean {
  const rrset = layer.findRRset(node, type);
  if (rrset === 0) return false;
  const { authority } = state.result;
  const { refs } = authority;
  for (let i = 0; i < authority.length; i++)
    if (refs[i].start === rrset + 12 && refs[i].bytes === layer.bytes) return true;
  if (!put(state, layer, rrset, node, ownerAt)) return false;
  const signatures = layer.findRRset(node, TYPE_RRSIG, type);
  if (signatures === 0) return true;
  if (ownerAt >= 0) return put(state, layer, signatures, node, ownerAt);
  const { owner, ownerStart, ownerEnd } = refs[authority.length - 1];
  const ref = authority.take();
  if (ref === undefined) return false;
  fill(ref, layer, signatures);
  ref.ttl = Math.min(ref.ttl, state.version.negativeTtl);
  ref.ownerInQname = -1;
  ref.owner = owner;
  ref.ownerStart = ownerStart;
  ref.ownerEnd = ownerEnd;
  return true;
}

function put(state: LookupState, layer: Layer, rrset: number, node: number, ownerAt: number): boolean {
  const { result } = state;
  const { scratch } = result;
  const { apex, negativeTtl } = state.version;
  const { bytes } = layer;
  const at = result.scratchLength;
  const length = bytes[node] + apex.length;
  if (ownerAt < 0 && at + length > scratch.length) return false;
  const ref = result.authority.take();
  if (ref === undefined) return false;
  fill(ref, layer, rrset);
  ref.ttl = Math.min(ref.ttl, negativeTtl);
  if (ownerAt >= 0) {
    state.setOwner(ref, ownerAt);
    return true;
  }
  copyOctets(scratch, at, bytes, node + 8, node + 8 + bytes[node]);
  copyOctets(scratch, at + bytes[node], apex, 0, apex.length);
  result.scratchLength = at + length;
  ref.ownerInQname = -1;
  ref.owner = scratch;
  ref.ownerStart = at;
  ref.ownerEnd = at + length;
  return true;
}
