import { NODE_NSEC } from '../../image/image.ts';
import { copyOctets } from '../../image/octets.ts';
import type { LookupState } from '../state.ts';
import { findCoveringNsec, nsecCovers } from './nsec.ts';
import { putProof } from './put-proof.ts';

const TYPE_NSEC = 47;
const wildcard = new Uint8Array(258);
wildcard[0] = 1;
wildcard[1] = 0x2a;

/** RFC 4035 3.1.3.2: neither the name nor the wildcard at its closest encloser (`state.found`) exists; often one NSEC says both. */
export function nsecNameError(state: LookupState): boolean {
  return coverName(state, state.start) && coverWildcard(state);
}

/**
 * RFC 4035 3.1.3.1: the NSEC of the name tells its types. An empty non-terminal has none; the NSEC before it leads to a name below it,
 * which says the same. The name is the current one from `at` on, its node in `state.found`.
 */
export function nsecNoData(state: LookupState, at: number): boolean {
  const { layer, node } = state.found;
  const head = layer.words[node >>> 2];
  if ((head & NODE_NSEC) !== 0) return putProof(state, TYPE_NSEC, layer, node, at);
  return head >>> 16 === 0 && coverName(state, at);
}

/** RFC 4035 3.1.3.3: there is no closer match than the wildcard, whose answer is given. */
export function nsecExpansion(state: LookupState): boolean {
  return coverName(state, state.start);
}

/** RFC 4035 3.1.3.4: there is no closer match than the wildcard (`state.found`), and that has not the type. */
export function nsecWildcardNoData(state: LookupState): boolean {
  const { layer, node } = state.found;
  const head = layer.words[node >>> 2];
  if (!coverName(state, state.start)) return false;
  if ((head & NODE_NSEC) !== 0) return putProof(state, TYPE_NSEC, layer, node, -1);
  return head >>> 16 === 0 && coverWildcard(state);
}

function coverName(state: LookupState, at: number): boolean {
  return findCoveringNsec(state, state.name, at, state.apexAt) && putFound(state);
}

/** The NSEC of the closest encloser itself leads past `*` unless a label before it in the alphabet is there. */
function coverWildcard(state: LookupState): boolean {
  const { name, foundAt, apexAt, found } = state;
  copyOctets(wildcard, 2, name, foundAt, apexAt);
  const end = 2 + apexAt - foundAt;
  if (nsecCovers(state, found.layer, found.node, wildcard, 0, end))
    return putProof(state, TYPE_NSEC, found.layer, found.node, foundAt);
  return findCoveringNsec(state, wildcard, 0, end) && putFound(state);
}

function putFound(state: LookupState): boolean {
  return putProof(state, TYPE_NSEC, state.aside.layer, state.aside.node, -1);
}
