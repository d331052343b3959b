import { RCODE } from '@zonewire/shared-protocol';
import { copyOctets } from '../image/octets.ts';
import { apexOffset } from '../image/relative-name.ts';
import type { RRsetList } from './lookup-result.ts';
import { nameEnd } from './rdata-target.ts';
import type { LookupState } from './state.ts';

const TYPE_CNAME = 5;
const TYPE_DNAME = 39;
const TYPE_ANY = 255;

/**
 * The current name has a CNAME (in `state.found`): puts it into the answer and makes its target the current name
 * (RFC 1034 4.3.2 step 3a).
 * @returns false when the answer ends here: the target is not in this zone, was answered before, or the chain is too long.
 */
export function followCname(state: LookupState, rrset: number): boolean {
  const { layer, node } = state.found;
  if (!state.put(state.result.answer, layer, node, rrset, state.start)) return false;
  const { bytes } = layer;
  const target = rrset + 14;
  const rdataEnd = target + ((bytes[rrset + 12] << 8) | bytes[rrset + 13]);
  const targetEnd = nameEnd(bytes, target, rdataEnd);
  return targetEnd > 0 && proceed(state, bytes, target, targetEnd);
}

/**
 * The current name is below the DNAME in `state.found`: puts that and the CNAME it stands for into the answer and goes on with
 * the new name (RFC 6672 3.2). The CNAME has the DNAME's TTL (3.1); a new name longer than 255 octets is YXDOMAIN (2.2).
 * @returns false when the answer ends here.
 */
export function followDname(state: LookupState): boolean {
  const { result, foundAt, name, start } = state;
  const { layer, node } = state.found;
  const { bytes } = layer;
  const rrset = layer.findRRset(node, TYPE_DNAME);
  if (rrset === 0) return false;
  // A DNAME that leads below itself is met again; an RRset is in a message once (RFC 2181 5).
  if (!isThere(result.answer, bytes, rrset) && !state.put(result.answer, layer, node, rrset, foundAt)) return false;
  const target = rrset + 14;
  const targetEnd = nameEnd(bytes, target, target + ((bytes[rrset + 12] << 8) | bytes[rrset + 13]));
  if (targetEnd < 0) return false;
  const prefix = foundAt - start;
  const length = prefix + targetEnd - target;
  if (length > 255) {
    result.rcode = RCODE.YXDOMAIN;
    return false;
  }
  const { scratch } = result;
  const at = result.scratchLength;
  const ref = result.answer.take();
  if (ref === undefined || at + 2 + length > scratch.length) return false;
  result.scratchLength = at + 2 + length;
  scratch[at] = 0;
  scratch[at + 1] = length;
  copyOctets(scratch, at + 2, name, start, foundAt);
  copyOctets(scratch, at + 2 + prefix, bytes, target, targetEnd);
  ref.type = TYPE_CNAME;
  ref.count = 1;
  ref.ttl = layer.words[(rrset >>> 2) + 1];
  ref.bytes = scratch;
  ref.start = at;
  ref.end = at + 2 + length;
  state.setOwner(ref, start);
  // The CNAME is what was asked for (RFC 1034 4.3.2 step 3a).
  if (state.qtype === TYPE_CNAME || state.qtype === TYPE_ANY) return false;
  return proceed(state, scratch, at + 2, at + 2 + length);
}

export function isThere({ refs, length }: RRsetList, bytes: Uint8Array, rrset: number): boolean {
  for (let i = 0; i < length; i++) if (refs[i].start === rrset + 12 && refs[i].bytes === bytes) return true;
  return false;
}

function proceed(state: LookupState, name: Uint8Array, start: number, end: number): boolean {
  if (!state.hop() || state.wasAnswered(name, start, end)) return false;
  const apexAt = apexOffset(name, start, end, state.version.apex);
  if (apexAt < 0) return false;
  state.setName(name, start, apexAt, end);
  return true;
}
