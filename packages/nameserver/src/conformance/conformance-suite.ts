import type { Corner } from './corner.ts';
import { additionalData } from './corners/additional-data.ts';
import { aliases } from './corners/aliases.ts';
import { anyAndProofs } from './corners/any-and-proofs.ts';
import { binaryLabels } from './corners/binary-labels.ts';
import { casePreservation } from './corners/case-preservation.ts';
import { classes } from './corners/classes.ts';
import { delegatingWildcard } from './corners/delegating-wildcard.ts';
import { delegations } from './corners/delegations.ts';
import { dname } from './corners/dname.ts';
import { dnameAtApex } from './corners/dname-at-apex.ts';
import { dnameTooLong } from './corners/dname-too-long.ts';
import { edns } from './corners/edns.ts';
import { emptyNonTerminals } from './corners/empty-non-terminals.ts';
import { glue } from './corners/glue.ts';
import { headers } from './corners/headers.ts';
import { largeRrsets } from './corners/large-rrsets.ts';
import { largeTexts } from './corners/large-texts.ts';
import { longNames } from './corners/long-names.ts';
import { nestedZones } from './corners/nested-zones.ts';
import { occludedNames } from './corners/occluded-names.ts';
import { oldTypes } from './corners/old-types.ts';
import { opcodes } from './corners/opcodes.ts';
import { rootZone } from './corners/root-zone.ts';
import { signedAny } from './corners/signed-any.ts';
import { truncation } from './corners/truncation.ts';
import { ttls } from './corners/ttls.ts';
import { udpSizes } from './corners/udp-sizes.ts';
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
  classes,
  edns,
  headers,
  largeRrsets,
  largeTexts,
  longNames,
  nestedZones,
  oldTypes,
  opcodes,
  rootZone,
  signedAny,
  truncation,
  ttls,
  udpSizes,
];
