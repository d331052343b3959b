import type { Layer } from '../image/layer.ts';
import { apexOffset, sameRelativeName } from '../image/relative-name.ts';
import { addTargetAddresses } from './additional.ts';
import { proveNoData, proveWildcardNoData } from './denial/proofs.ts';
import { nameEnd } from './rdata-target.ts';
import type { LookupState } from './state.ts';

const TYPE_NS = 2;
const TYPE_DS = 43;

/**
 * The current name is at or below the zone cut in `state.found`, which is named by the current name from `cutAt` on
 * (RFC 1034 4.3.2 step 3b). NS of the cut, with DO also its DS or the proof that it has none (RFC 4035 3.1.4,
 * RFC 5155 7.2.7), and glue.
 */
export function refer(state: LookupState, cutAt: number): void {
  const { result } = state;
  const { layer, node } = state.found;
  // RFC 2181 6.1: AA speaks of the first owner in the answer; behind a CNAME of ours it stays set.
  if (state.hops === 0) result.authoritative = false;
  const rrset = layer.findRRset(node, TYPE_NS);
  if (rrset === 0) return;
  const { dnssecOk } = state;
  // NS at a cut is not signed (RFC 4035 2.2), whatever the zone holds.
  state.dnssecOk = false;
  state.put(result.authority, layer, node, rrset, cutAt);
  state.dnssecOk = dnssecOk;
  // Without signatures a DS tells nobody anything; as BIND and Knot an unsigned zone keeps it to itself until it is asked for.
  if (dnssecOk && state.version.denial.kind !== 'unsigned') {
    const ds = layer.findRRset(node, TYPE_DS);
    if (ds !== 0) state.put(result.authority, layer, node, ds, cutAt);
    else if (state.expanded) proveWildcardNoData(state);
    else proveNoData(state, cutAt);
  }
  // RFC 9471 2 and 3: glue for servers named below the cut must be in the referral; that of siblings goes behind it.
  addGlue(state, layer, rrset, cutAt, true);
  result.requiredGlue = result.additional.length;
  addGlue(state, layer, rrset, cutAt, false);
}

/** Addresses of the servers named at or below the cut (`below`), or of the other ones in the zone. */
function addGlue(state: LookupState, layer: Layer, rrset: number, cutAt: number, below: boolean): void {
  const { bytes, words } = layer;
  const end = rrset + 12 + words[(rrset >>> 2) + 2];
  for (let at = rrset + 12; at < end; ) {
    const rdataEnd = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
    const target = at + 2;
    const targetEnd = nameEnd(bytes, target, rdataEnd);
    if (targetEnd > 0 && isAtOrBelowCut(state, bytes, target, targetEnd, cutAt) === below) {
      const apexAt = apexOffset(bytes, target, targetEnd, state.version.apex);
      if (apexAt >= 0) addTargetAddresses(state, bytes, target, apexAt, targetEnd);
    }
    at = rdataEnd;
  }
}

function isAtOrBelowCut(state: LookupState, bytes: Uint8Array, start: number, end: number, cutAt: number): boolean {
  const from = end - (state.end - cutAt);
  let at = start;
  while (at < from) at += bytes[at] + 1;
  return at === from && sameRelativeName(bytes, from, end, state.name, cutAt, state.end);
}
