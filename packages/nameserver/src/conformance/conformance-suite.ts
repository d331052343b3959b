import type { Corner } from './corner.ts';
import { additionalData } from './corners/additional-data.ts';
import { aliases } from './corners/aliases.ts';
import { anyAndProofs } from './corners/any-and-proofs.ts';
import { binaryLabels } from './corners/binary-labels.ts';
import { casePreservation } from './corners/case-preservation.ts';
import { delegatingWildcard } from './corners/delegating-wildcard.ts';
import { delegations } from './corners/delegations.ts';
import { dname } from './corners/dname.ts';
import { dnameAtApex } from './corners/dname-at-apex.ts';
import { dnameTooLong } from './corners/dname-too-long.ts';
import { emptyNonTerminals } from './corners/empty-non-terminals.ts';
import { glue } from './corners/glue.ts';
import { longNames } from './corners/long-names.ts';
import { occludedNames } from './corners/occluded-names.ts';
import { oldTypes } from './corners/old-types.ts';
import { signedAny } from './corners/signed-any.ts';
import { wildcardAddresses } from './corners/wildcard-addresses.ts';
import { wildcardAliases } from './corners/wildcard-aliases.ts';
import { wildcardDelegations } from './corners/wildcard-delegations.ts';
import { wildcards } from './corners/wildcards.ts';

export { type Case, type Corner, originOf, type Vendor, zoneText } from './corner.ts';
export { type Request, readRequest } from './question.ts';
export { expected, type Shown, shown } from './shown.ts';

/** Every corner, one file each; a new one is added here. */
export const CORNERS: readonly Corner[] = [
  wildcards,
  wildcardDelegations,
  delegatingWildcard,
  wildcardAliases,
  wildcardAddresses,
  emptyNonTerminals,
  aliases,
  dname,
  dnameTooLong,
  dnameAtApex,
  delegations,
  glue,
  occludedNames,
  additionalData,
  anyAndProofs,
  binaryLabels,
  casePreservation,
  longNames,
  oldTypes,
  signedAny,
];
