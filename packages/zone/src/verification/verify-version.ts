import { nameToText, type Problem, TYPE, typeToText } from '@zonewire/shared-protocol';
import type { ZoneFinding } from '../checks/finding.ts';
import type { TrustAnchor } from '../dnssec/trust-anchor.ts';
import { type DnssecVerdict, validateDnssec } from '../dnssec/validate.ts';
import type { ZoneVersion } from '../version.ts';
import { verifyZonemd, type ZonemdVerdict } from '../zonemd/zonemd.ts';

/** `log`: what is found is told, the zone is served. `require`: a zone that is not found right is not served. */
export type VerificationMode = 'off' | 'log' | 'require';

/** What is verified of a version before it is served. */
export interface VerificationPolicy {
  /** `log` looks at zones that have ZONEMD; `require` wants one. */
  readonly zonemd: VerificationMode;
  /** `log` minds zones that are signed and not valid; `require` wants them signed. */
  readonly dnssec: VerificationMode;
  /** Keys of the zone that an operator knows; without any the zone's own are believed. */
  readonly trustAnchors: readonly TrustAnchor[];
}

export const DEFAULT_VERIFICATION: VerificationPolicy = { zonemd: 'log', dnssec: 'off', trustAnchors: [] };

/** What came of it; a part is missing when it was not asked for. Plain data, so that a thread can send it. */
export interface VerificationReport {
  readonly zonemd?: ZonemdVerdict;
  readonly dnssec?: DnssecVerdict;
}

export interface VerificationInput {
  /** ms since the epoch. */
  readonly now: number;
  /** See DnssecOptions. */
  readonly checked?: ZoneVersion | undefined;
}

/** False when there is nothing to look at: most zones, by default. */
export function needsVerification(version: ZoneVersion, { zonemd, dnssec }: VerificationPolicy): boolean {
  return dnssec !== 'off' || looksAtZonemd(version, zonemd);
}

function looksAtZonemd({ apexRef }: ZoneVersion, mode: VerificationMode): boolean {
  if (mode !== 'log') return mode === 'require';
  return apexRef.layer.findRRset(apexRef.node, TYPE.ZONEMD) !== 0;
}

export function verifyVersion(
  version: ZoneVersion,
  policy: VerificationPolicy,
  { now, checked }: VerificationInput,
): VerificationReport {
  const { trustAnchors } = policy;
  return {
    ...(looksAtZonemd(version, policy.zonemd) ? { zonemd: verifyZonemd(version) } : {}),
    ...(policy.dnssec === 'off' ? {} : { dnssec: validateDnssec(version, { now, trustAnchors, checked }) }),
  };
}

/** Why the version must not be served; undefined: it may. */
export function refusalOf({ zonemd, dnssec }: VerificationReport, policy: VerificationPolicy): Problem | undefined {
  if (policy.dnssec === 'require' && dnssec !== undefined && dnssec.result !== 'valid') {
    const [first, ...more] = dnssec.findings.filter(({ severity }) => severity === 'error');
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return {
      code: first.code,
      message: `the zone is not valid (dnssec-validation: require): ${findingText(first)}${others}`,
    };
  }
  if (policy.zonemd === 'require' && zonemd !== undefined && zonemd.result !== 'verified')
    return { code: zonemd.code!, message: `the zone is not verified (zonemd-verify: require): ${zonemd.message}` };
  return undefined;
}

/** What an operator is to know of a version although it is served: each a sentence. */
export function verificationWarnings({ zonemd, dnssec }: VerificationReport): string[] {
  const warnings: string[] = [];
  if (zonemd?.result === 'failed') warnings.push(`ZONEMD: ${zonemd.message}`);
  // That a zone is not signed is no fault of it, unless somebody requires it.
  if (dnssec !== undefined && dnssec.result !== 'unsigned')
    for (const finding of dnssec.findings) warnings.push(`DNSSEC: ${findingText(finding)}`);
  return warnings;
}

/** `www.example. A: its RRSIG …` */
function findingText({ name, type, message }: ZoneFinding): string {
  return `${nameToText(name)}${type === undefined ? '' : ` ${typeToText(type)}`}: ${message}`;
}
