import { RCODE } from '@zonewire/shared-protocol';
import { proveNameError, proveNoData, proveWildcardNoData } from './denial/proofs.ts';
import type { LookupState } from './state.ts';

/** The name does not exist, nor a wildcard for it. After a chain this speaks of the chain's last name (RFC 6604 3). */
export function nameError(state: LookupState): void {
  state.result.rcode = RCODE.NXDOMAIN;
  putSoa(state);
  if (state.dnssecOk) proveNameError(state);
}

/** The name exists without the type asked for, or the wildcard for it does. */
export function noData(state: LookupState): void {
  putSoa(state);
  if (!state.dnssecOk) return;
  if (state.expanded) proveWildcardNoData(state);
  else proveNoData(state, state.start);
}

/**
 * The SOA in the authority section says for how long an absence may be remembered:
 * its TTL is the lesser of its own and its MINIMUM field (RFC 2308 3 and 5).
 */
function putSoa(state: LookupState): void {
  const { version, result } = state;
  const { layer, node } = version.apexRef;
  const { authority } = result;
  const first = authority.length;
  state.put(authority, layer, node, version.soaRRset, state.apexAt);
  for (let i = first; i < authority.length; i++) {
    const ref = authority.refs[i];
    ref.ownerInQname = state.apexInQname;
    if (ref.ttl > version.negativeTtl) ref.ttl = version.negativeTtl;
  }
}
