import type { LookupState } from '../state.ts';
import type { RememberedNsec3 } from './chain.ts';
import { findCoveringNsec3, findMatchingNsec3, isOptOut } from './nsec3.ts';
import { hashForNsec3 } from './nsec3-hash.ts';
import { putProof } from './put-proof.ts';

const TYPE_NSEC3 = 50;

/** Where the closest provable encloser of the last proof begins in the current name (RFC 5155 1.3). */
let encloserAt = 0;

/** RFC 5155 7.2.2: the closest encloser, the next closer name and the wildcard there. */
export function nsec3NameError(state: LookupState): boolean {
  if (!proveEncloser(state, state.foundAt, state.nextCloserAt)) return false;
  if (coverWildcard(state, encloserAt)) return putFound(state);
  // Under opt-out the closest encloser that can be proved may be a higher one, whose wildcard does exist.
  return encloserAt !== state.foundAt;
}

/**
 * RFC 5155 7.2.3, 7.2.4 and 7.2.7: the NSEC3 of the name tells its types. An unsigned delegation, and an empty non-terminal above
 * nothing but these, may have none under opt-out: then the closest encloser that can be proved and an opt-out span over the name next closer.
 * The name is the current one from `at` on.
 */
export function nsec3NoData(state: LookupState, at: number): boolean {
  hashCurrent(state, at, false);
  if (findMatchingNsec3(state)) return putFound(state);
  if (at === state.apexAt) return false;
  return proveEncloser(state, parentOf(state, at), at) && isOptOut(state);
}

/** RFC 5155 7.2.6: the name next closer than the wildcard's parent does not exist. */
export function nsec3Expansion(state: LookupState): boolean {
  hashCurrent(state, state.nextCloserAt, false);
  return findCoveringNsec3(state) && putFound(state);
}

/** RFC 5155 7.2.5: the closest encloser, the next closer name, and the wildcard that is there, without the type. */
export function nsec3WildcardNoData(state: LookupState): boolean {
  if (!proveEncloser(state, state.foundAt, state.nextCloserAt)) return false;
  hashCurrent(state, state.foundAt, true);
  if (findMatchingNsec3(state)) return putFound(state);
  return findCoveringNsec3(state) && isOptOut(state) && putFound(state);
}

/** RFC 5155 7.2.1, 7.2.4: upwards from `at`, a name that exists, to the first one with an NSEC3; and the name below it is covered. */
function proveEncloser(state: LookupState, at: number, nextCloser: number): boolean {
  for (;;) {
    if (matchEncloser(state, at)) break;
    if (at === state.apexAt) return false;
    nextCloser = at;
    at = parentOf(state, at);
  }
  if (!putFound(state)) return false;
  encloserAt = at;
  hashCurrent(state, nextCloser, false);
  return findCoveringNsec3(state) && putFound(state);
}

function matchEncloser(state: LookupState, at: number): boolean {
  const { apex } = state.version.denial;
  if (at === state.apexAt && apex.known !== 'unknown') return recall(state, apex);
  hashCurrent(state, at, false);
  const found = findMatchingNsec3(state);
  if (at === state.apexAt) remember(state, apex, found);
  return found;
}

function coverWildcard(state: LookupState, at: number): boolean {
  const { apexWildcard } = state.version.denial;
  if (at === state.apexAt && apexWildcard.known !== 'unknown') return recall(state, apexWildcard);
  hashCurrent(state, at, true);
  const found = findCoveringNsec3(state);
  if (at === state.apexAt) remember(state, apexWildcard, found);
  return found;
}

function remember(state: LookupState, memory: RememberedNsec3, found: boolean): void {
  memory.known = found ? 'there' : 'missing';
  if (!found) return;
  memory.ref.layer = state.aside.layer;
  memory.ref.node = state.aside.node;
}

function recall(state: LookupState, memory: RememberedNsec3): boolean {
  if (memory.known === 'missing') return false;
  state.aside.layer = memory.ref.layer;
  state.aside.node = memory.ref.node;
  return true;
}

function parentOf(state: LookupState, at: number): number {
  return at + state.name[at] + 1;
}

function hashCurrent(state: LookupState, at: number, wildcard: boolean): void {
  const { salt, iterations } = state.version.denial;
  hashForNsec3(salt, iterations, state.name, at, state.end, wildcard);
}

function putFound(state: LookupState): boolean {
  return putProof(state, TYPE_NSEC3, state.aside.layer, state.aside.node, -1);
}
