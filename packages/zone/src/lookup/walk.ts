import { NODE_CUT, NODE_DNAME, NODE_NSEC3 } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';
import { hashLabel } from '../image/relative-name.ts';
import { isNsec3 } from './any.ts';
import type { LookupState } from './state.ts';

/** The name exists and nothing above it takes it away. */
export const EXACT = 0;
/** It does not; `state.found` is its closest encloser (RFC 4592 3.3.1). */
export const MISSING = 1;
/** `state.found` is a zone cut at or above it: the name is delegated (or, at the cut itself, the parent's side is known). */
export const CUT = 2;
/** `state.found`, above it, has a DNAME: the name and everything else below is redirected (RFC 6672 2.4). */
export const REDIRECTED = 3;

const starts = new Int32Array(128);

/**
 * Matches the current name down from the apex, label by label (RFC 1034 4.3.2 step 3), so that cuts and DNAMEs are met before
 * what they hide, and the first missing name ends the search.
 */
export function walk(state: LookupState): number {
  const { name, stack, apexAt, found } = state;
  let labels = 0;
  for (let at = state.start; at < apexAt; at += name[at] + 1) starts[labels++] = at;
  const apex = state.version.apexRef;
  found.layer = apex.layer;
  found.node = apex.node;
  let hash = stack.seed;
  state.foundAt = apexAt;
  let flags = apex.layer.words[apex.node >>> 2];
  while (labels > 0) {
    if ((flags & (NODE_CUT | NODE_DNAME)) !== 0) {
      state.hash = hash;
      return (flags & NODE_CUT) !== 0 ? CUT : REDIRECTED;
    }
    const at = starts[--labels];
    const next = hashLabel(hash, name, at);
    if (!stack.find(next, name, at, apexAt, found)) {
      state.hash = hash;
      state.nextCloserAt = at;
      return MISSING;
    }
    flags = found.layer.words[found.node >>> 2];
    if ((flags & NODE_NSEC3) !== 0 && isNsec3Only(found.layer, found.node)) {
      stack.find(hash, name, state.foundAt, apexAt, found);
      state.hash = hash;
      state.nextCloserAt = at;
      return MISSING;
    }
    hash = next;
    state.foundAt = at;
  }
  state.hash = hash;
  return (flags & NODE_CUT) !== 0 ? CUT : EXACT;
}

/** RFC 5155 7.2.8: a name that owns nothing but NSEC3 and its RRSIGs is no name of the zone. */
function isNsec3Only(layer: Layer, node: number): boolean {
  const { words } = layer;
  if (words[(node >>> 2) + 1] !== 0) return false;
  let rrset = layer.firstRRset(node);
  for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
    const type = words[rrset >>> 2] & 0xffff;
    if (!isNsec3(layer, rrset, type)) return false;
    rrset = layer.nextRRset(rrset);
  }
  return true;
}
