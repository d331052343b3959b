import { copyOctets } from '../image/octets.ts';
import { hashLabel } from '../image/relative-name.ts';
import type { NodeRef, Stack } from '../image/stack.ts';
import type { LookupState } from './state.ts';

const ASTERISK = new Uint8Array([1, 0x2a]);
const source = new Uint8Array(258);
source.set(ASTERISK);

/**
 * Looks for the source of synthesis of a name that does not exist: `*.<closest encloser>` (RFC 4592 3.3.1), where the walk has
 * put the closest encloser into `state.found`. When there is one it takes the place of `state.found`; an empty non-terminal
 * counts too, and makes the answer NODATA (RFC 4592 2.2.2).
 */
export function findSourceOfSynthesis({ stack, hash, name, foundAt, apexAt, found }: LookupState): boolean {
  return findWildcard(stack, hash, name, foundAt, apexAt, found);
}

/** Finds the wildcard below the name `name[start..apexAt)`, whose hash is `hash`. */
export function findWildcard(
  stack: Stack,
  hash: number,
  name: Uint8Array,
  start: number,
  apexAt: number,
  out: NodeRef,
): boolean {
  copyOctets(source, 2, name, start, apexAt);
  return stack.find(hashLabel(hash, ASTERISK, 0), source, 0, 2 + apexAt - start, out);
}
