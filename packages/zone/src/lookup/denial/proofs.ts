import type { LookupState } from '../state.ts';
import { nsecExpansion, nsecNameError, nsecNoData, nsecWildcardNoData } from './nsec-proofs.ts';
import { nsec3Expansion, nsec3NameError, nsec3NoData, nsec3WildcardNoData } from './nsec3-proofs.ts';

/**
 * The proofs of absence that go with an answer when the DNSSEC OK bit is set (RFC 4035 3.1.3, RFC 5155 7.2), by what is absent.
 * A proof is whole or left out: a damaged chain gives the answer without it, and `result.denial` tells.
 */

/** The current name does not exist, nor a wildcard for it; `state.found` is its closest encloser. */
export function proveNameError(state: LookupState): void {
  const { kind } = state.version.denial;
  const mark = state.result.authority.length;
  if (kind === 'nsec') note(state, mark, nsecNameError(state));
  else if (kind === 'nsec3') note(state, mark, nsec3NameError(state));
  else noteUnprovable(state);
}

/** The name in `state.found`, the current one from `at` on, has not the type asked for (DS, when it is a cut on the way). */
export function proveNoData(state: LookupState, at: number): void {
  const { kind } = state.version.denial;
  const mark = state.result.authority.length;
  if (kind === 'nsec') note(state, mark, nsecNoData(state, at));
  else if (kind === 'nsec3') note(state, mark, nsec3NoData(state, at));
  else noteUnprovable(state);
}

/** A wildcard answers for the current name, which does not exist. */
export function proveExpansion(state: LookupState): void {
  const { kind } = state.version.denial;
  const mark = state.result.authority.length;
  if (kind === 'nsec') note(state, mark, nsecExpansion(state));
  else if (kind === 'nsec3') note(state, mark, nsec3Expansion(state));
  else noteUnprovable(state);
}

/** A wildcard, `state.found`, stands for the current name but has not the type asked for. */
export function proveWildcardNoData(state: LookupState): void {
  const { kind } = state.version.denial;
  const mark = state.result.authority.length;
  if (kind === 'nsec') note(state, mark, nsecWildcardNoData(state));
  else if (kind === 'nsec3') note(state, mark, nsec3WildcardNoData(state));
  else noteUnprovable(state);
}

function note(state: LookupState, mark: number, proved: boolean): void {
  if (proved) return;
  state.result.authority.truncate(mark);
  state.result.denial = 'missing';
}

function noteUnprovable(state: LookupState): void {
  const { kind } = state.version.denial;
  if (kind === 'chainless') state.result.denial = 'missing';
  else if (kind === 'costly') state.result.denial = 'costly';
}
