import { RCODE } from '@zonewire/shared-protocol';
import type { LookupState } from './state.ts';

/** The name does not exist, nor a wildcard for it. After a chain this speaks of the chain's last name (RFC 6604 3). */
export function nameError(state: LookupState): void {
  state.result.rcode = RCODE.NXDOMAIN;
  noData(state);
}

/**
 * The name exists without the type asked for. The SOA in the authority section says for how long that may be remembered:
 * its TTL is the lesser of its own and its MINIMUM field (RFC 2308 3 and 5).
 */
export function noData(state: LookupState): void {
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
