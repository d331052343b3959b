import { NODE_CUT, NODE_DNAME } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';
import { apexOffset, hashLabel, hashName, sameRelativeName } from '../image/relative-name.ts';
import { nameEnd, targetOffset } from './rdata-target.ts';
import { fill, type LookupState } from './state.ts';
import { findWildcard } from './wildcard.ts';

const TYPE_A = 1;
const TYPE_NS = 2;
const TYPE_AAAA = 28;
const TYPE_RRSIG = 46;
const TYPE_SVCB = 64;
const TYPE_HTTPS = 65;

const starts = new Int32Array(128);

/**
 * Adds the addresses that this zone has for the hosts named by the RRset at `rrset`, which is in the answer
 * (RFC 1034 4.3.2 step 6; SRV: RFC 2782), from a wildcard too, and for SVCB and HTTPS their RRset at the target (RFC 9460 4.1).
 */
export function addAddresses(state: LookupState, layer: Layer, rrset: number): void {
  const { bytes, words } = layer;
  const type = words[rrset >>> 2] & 0xffff;
  const offset = targetOffset(type);
  if (offset < 0) return;
  const end = rrset + 12 + words[(rrset >>> 2) + 2];
  for (let at = rrset + 12; at < end; ) {
    const rdataEnd = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
    const target = at + 2 + offset;
    const targetEnd = nameEnd(bytes, target, rdataEnd);
    if (targetEnd === target + 1 && (type === TYPE_SVCB || type === TYPE_HTTPS)) {
      // RFC 9460 2.5.2: in ServiceMode "." is the owner itself; in AliasMode (priority 0) there is no service.
      if ((bytes[at + 2] | bytes[at + 3]) !== 0) addTarget(state, state.name, state.start, state.end, type);
    } else if (targetEnd > 0) {
      addTarget(state, bytes, target, targetEnd, type);
    }
    at = rdataEnd;
  }
}

/** `type`: of the RRset that names the target. For the servers of the zone itself what lies below a cut will do. */
function addTarget(state: LookupState, name: Uint8Array, start: number, end: number, type: number): void {
  const apexAt = apexOffset(name, start, end, state.version.apex);
  if (apexAt < 0) return;
  if (type === TYPE_NS && addTargetAddresses(state, name, start, apexAt, end)) return;
  if (!findAuthoritative(state, name, start, apexAt)) return;
  addNodeAddresses(state, name, start, end);
  // What names the owner itself is in the answer already.
  if ((type !== TYPE_SVCB && type !== TYPE_HTTPS) || isCurrentName(state, name, start, end)) return;
  const { layer, node } = state.aside;
  addRRset(state, layer, node, layer.findRRset(node, type), name, start, end);
}

function isCurrentName(state: LookupState, name: Uint8Array, start: number, end: number): boolean {
  return sameRelativeName(state.name, state.start, state.end, name, start, end);
}

/** Adds A and AAAA that this zone has at the very name, authoritative or glue. @returns false when the name does not exist. */
export function addTargetAddresses(
  state: LookupState,
  name: Uint8Array,
  start: number,
  apexAt: number,
  end: number,
): boolean {
  const { aside, stack } = state;
  if (!stack.find(hashName(stack.seed, name, start, apexAt), name, start, apexAt, aside)) return false;
  addNodeAddresses(state, name, start, end);
  return true;
}

/** Adds A and AAAA of `state.aside`, owned by the name. */
function addNodeAddresses(state: LookupState, name: Uint8Array, start: number, end: number): void {
  const { layer, node } = state.aside;
  addRRset(state, layer, node, layer.findRRset(node, TYPE_A), name, start, end);
  addRRset(state, layer, node, layer.findRRset(node, TYPE_AAAA), name, start, end);
}

function addRRset(
  state: LookupState,
  layer: Layer,
  node: number,
  rrset: number,
  name: Uint8Array,
  start: number,
  end: number,
): void {
  if (rrset === 0) return;
  const { additional } = state.result;
  const { refs } = additional;
  // Several MX or SRV records may name one host; several hosts may come from one wildcard.
  for (let i = 0; i < additional.length; i++) {
    const { bytes, owner, ownerStart, ownerEnd, start: at } = refs[i];
    if (at === rrset + 12 && bytes === layer.bytes && sameRelativeName(owner, ownerStart, ownerEnd, name, start, end))
      return;
  }
  putAside(state, layer, rrset, name, start, end);
  if (!state.dnssecOk) return;
  const signatures = layer.findRRset(node, TYPE_RRSIG, layer.words[rrset >>> 2] & 0xffff);
  if (signatures !== 0) putAside(state, layer, signatures, name, start, end);
}

function putAside(state: LookupState, layer: Layer, rrset: number, name: Uint8Array, start: number, end: number): void {
  const ref = state.result.additional.take();
  if (ref === undefined) return;
  fill(ref, layer, rrset);
  ref.ownerInQname = -1;
  ref.owner = name;
  ref.ownerStart = start;
  ref.ownerEnd = end;
}

/**
 * Finds the name, or the wildcard that stands for it, into `state.aside`.
 * @returns false when there is neither, or it is delegated or redirected: what lies below a cut is not ours to hand out as data.
 */
function findAuthoritative(state: LookupState, name: Uint8Array, start: number, apexAt: number): boolean {
  const { stack, aside } = state;
  let labels = 0;
  for (let at = start; at < apexAt; at += name[at] + 1) starts[labels++] = at;
  const apex = state.version.apexRef;
  aside.layer = apex.layer;
  aside.node = apex.node;
  if (labels > 0 && (apex.layer.words[apex.node >>> 2] & NODE_DNAME) !== 0) return false;
  let hash = stack.seed;
  let encloserAt = apexAt;
  while (labels > 0) {
    const at = starts[--labels];
    const next = hashLabel(hash, name, at);
    if (!stack.find(next, name, at, apexAt, aside)) {
      if (!findWildcard(stack, hash, name, encloserAt, apexAt, aside)) return false;
      return (aside.layer.words[aside.node >>> 2] & NODE_CUT) === 0;
    }
    hash = next;
    encloserAt = at;
    const flags = aside.layer.words[aside.node >>> 2];
    if ((flags & NODE_CUT) !== 0 || (labels > 0 && (flags & NODE_DNAME) !== 0)) return false;
  }
  return true;
}
