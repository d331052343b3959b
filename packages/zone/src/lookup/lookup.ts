import { RCODE, TYPE } from '@zonewire/shared-protocol';
import { NODE_CNAME, NODE_CUT } from '../image/image.ts';
import { apexOffset } from '../image/relative-name.ts';
import type { ZoneVersion } from '../version.ts';
import { addAddresses } from './additional.ts';
import { anyRRset, isNsec3 } from './any.ts';
import { followCname, followDname, isThere } from './chain.ts';
import { proveExpansion } from './denial/proofs.ts';
import type { LookupResult } from './lookup-result.ts';
import { nameError, noData } from './negative.ts';
import { refer } from './referral.ts';
import { LookupState } from './state.ts';
import { CUT, MISSING, REDIRECTED, walk } from './walk.ts';
import { findSourceOfSynthesis } from './wildcard.ts';

const { ANY, CNAME, DNAME, DS, NSEC, NSEC3, RRSIG } = TYPE;

/** Lookups do not nest, so one state serves the whole thread. */
const state = new LookupState();

/**
 * Answers a question from one zone: RFC 1034 4.3.2 with wildcards (RFC 4592), DNAME (RFC 6672), negative answers (RFC 2308),
 * glue (RFC 9471) and, with `dnssecOk`, the RRSIGs beside what they sign and proofs of what is absent (RFC 4035 3.1, RFC 5155 7.2).
 * The name is uncompressed wire form in `qname[qnameStart..qnameEnd)`; outside the zone the answer is REFUSED.
 * QTYPEs that are not types of records (AXFR, MAILB …) are the caller's, except ANY.
 * Allocates nothing: the answer is `result`, valid until its next use.
 */
export function lookup(
  version: ZoneVersion,
  qname: Uint8Array,
  qnameStart: number,
  qnameEnd: number,
  qtype: number,
  dnssecOk: boolean,
  result: LookupResult,
): void {
  result.clear();
  const apexAt = apexOffset(qname, qnameStart, qnameEnd, version.apex);
  if (apexAt < 0) {
    result.rcode = RCODE.REFUSED;
    return;
  }
  result.authoritative = true;
  state.begin(version, qtype, dnssecOk, result);
  state.apexInQname = apexAt - qnameStart;
  state.setName(qname, qnameStart, apexAt, qnameEnd);
  while (answerName()) {
    // A CNAME or DNAME led on to another name of this zone.
  }
  state.done();
}

/** Answers the current name. @returns true when a CNAME or DNAME made another name the current one. */
function answerName(): boolean {
  const outcome = walk(state);
  state.expanded = false;
  if (outcome === REDIRECTED) return followDname(state);
  if (outcome === CUT) {
    // RFC 4035 3.1.4.1: DS is the parent's data at the cut.
    if (state.qtype === DS && state.foundAt === state.start) return answerNode();
    refer(state, state.foundAt);
    return false;
  }
  if (outcome === MISSING) {
    if (!findSourceOfSynthesis(state)) {
      nameError(state);
      return false;
    }
    state.expanded = true;
    // RFC 4592 4.2 leaves NS at a wildcard undefined; as in BIND it delegates the name asked for.
    const { layer, node } = state.found;
    if ((layer.words[node >>> 2] & NODE_CUT) !== 0 && state.qtype !== DS) {
      refer(state, state.start);
      return false;
    }
  }
  return answerNode();
}

/**
 * Answers from `state.found`, owned by the current name: it is that name, or the wildcard that stands for it.
 * NSEC3 is proof and no data: asked for as a type it is not there (RFC 5155 7.2.8).
 */
function answerNode(): boolean {
  const { qtype, result } = state;
  const { layer, node } = state.found;
  if (qtype === RRSIG && answerSignatures()) {
    if (state.expanded && state.dnssecOk) proveExpansion(state);
    return false;
  }
  const rrset = qtype === ANY ? anyRRset(layer, node) : qtype === NSEC3 ? 0 : layer.findRRset(node, qtype);
  if (rrset !== 0) {
    if (state.expanded && state.dnssecOk) proveExpansion(state);
    // A DNAME that led here, to its own owner, is there already (RFC 2181 5); one from a wildcard has another owner.
    if (qtype !== DNAME || state.expanded || !isThere(result.answer, layer.bytes, rrset))
      state.put(result.answer, layer, node, rrset, state.start);
    addAddresses(state, layer, rrset);
    return false;
  }
  // RRSIG and NSEC may stand beside a CNAME (RFC 4035 2.5), so it does not lead on to them.
  if ((layer.words[node >>> 2] & NODE_CNAME) !== 0 && qtype !== RRSIG && qtype !== NSEC) {
    if (state.expanded && state.dnssecOk) proveExpansion(state);
    return followCname(state, layer.findRRset(node, CNAME));
  }
  noData(state);
  return false;
}

/** RRSIGs are kept by covered type; asked for by name they are all meant. */
function answerSignatures(): boolean {
  const { answer } = state.result;
  const { layer, node } = state.found;
  let rrset = layer.firstRRset(node);
  let any = false;
  for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
    const type = layer.words[rrset >>> 2] & 0xffff;
    if (type === RRSIG && !isNsec3(layer, rrset, type)) {
      any = true;
      if (state.expanded || !isThere(answer, layer.bytes, rrset)) {
        if (!state.put(answer, layer, node, rrset, state.start)) break;
      }
    }
    rrset = layer.nextRRset(rrset);
  }
  return any;
}
