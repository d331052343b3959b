import {
  checkRdata,
  isMetaType,
  isSubdomain,
  type Name,
  nameToText,
  type Prerequisite,
  RCODE,
  type ResourceRecord,
  TYPE,
  typeToText,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { applySteps, type ChangeStep } from './apply-updates.ts';
import { unmetPrerequisite } from './prerequisites.ts';
import { type Changes, ZoneEdit } from './zone-edit.ts';

/** A change of a zone: an UPDATE message, or a call of the API. */
export interface ChangeRequest {
  readonly prerequisites?: readonly Prerequisite[];
  readonly updates: readonly ChangeStep[];
}

export interface ChangeRefusal {
  readonly kind: 'refused';
  /** What the sender of an UPDATE gets. */
  readonly rcode: number;
  readonly code: string;
  readonly message: string;
}

/** What a change would do to a version; `ignored` says which steps the rules passed over, and why. */
export type Evaluation =
  | ChangeRefusal
  | { readonly kind: 'unchanged'; readonly ignored: readonly string[] }
  | {
      readonly kind: 'changed';
      /** Without SOA records. */
      readonly changes: Changes;
      /** The SOA that the change brings itself. */
      readonly soa: ResourceRecord | undefined;
      readonly ignored: readonly string[];
    };

/** RFC 2136 3.2 and 3.4.2 against one version. Pure: the version stays as it is. */
export function evaluateChange(version: ZoneVersion, request: ChangeRequest): Evaluation {
  const zone = new ZoneEdit(version);
  const unmet = unmetPrerequisite(zone, request.prerequisites ?? []);
  if (unmet !== undefined)
    return refuse(unmet.rcode, 'update-prerequisite', `a prerequisite does not hold: ${unmet.message}`);
  const refusal = refuseSteps(version.apex, request.updates) ?? refuseSealedZone(version, request.updates);
  if (refusal !== undefined) return refusal;
  const ignored = applySteps(zone, request.updates);
  const { removed, added } = zone.changes();
  if (removed.length === 0 && added.length === 0) return { kind: 'unchanged', ignored };
  const soa = added.find((record) => record.type === TYPE.SOA);
  const changes = { removed: removed.filter(isNotSoa), added: added.filter(isNotSoa) };
  return { kind: 'changed', changes, soa, ignored };
}

/** What no zone may get: names and types that are not its own, malformed rdata, and signatures, which are not made here. */
function refuseSteps(apex: Name, steps: readonly ChangeStep[]): ChangeRefusal | undefined {
  for (const step of steps) {
    const { name } = step;
    // readUpdate has refused these already; the API has not.
    if (!isSubdomain(name, apex))
      return refuse(RCODE.NOTZONE, 'update-not-in-zone', `${nameToText(name)} is not in the zone ${nameToText(apex)}`);
    if (step.kind !== 'add' && step.kind !== 'replace-rrset') continue;
    const { type } = step;
    const what = `${nameToText(name)} ${typeToText(type)}`;
    if (isMetaType(type)) return refuse(RCODE.FORMERR, 'update-meta-type', `${what}: no zone can hold this type`);
    for (const rdata of step.kind === 'add' ? [step.rdata] : step.rdatas) {
      const form = checkRdata(type, rdata);
      if (!form.ok) return refuse(RCODE.FORMERR, 'update-rdata', `${what}: ${form.error.message}`);
    }
    if (type === TYPE.RRSIG || type === TYPE.NSEC || type === TYPE.NSEC3)
      return refuse(RCODE.REFUSED, 'update-signature', `${what}: DNSSEC records come from a signer, not by update`);
  }
  return undefined;
}

/**
 * Signatures and a ZONEMD digest (RFC 8976) would be wrong after any change, at the latest those over the SOA: validating
 * resolvers would take the zone for forged.
 */
function refuseSealedZone(version: ZoneVersion, steps: readonly ChangeStep[]): ChangeRefusal | undefined {
  const [seal] = sealsOf(version);
  if (seal === undefined || steps.length === 0) return undefined;
  const message = `the zone has ${typeToText(seal)} records, which a change here would make wrong: change the zone where it is signed, and load the result`;
  return refuse(RCODE.REFUSED, 'zone-signed', message);
}

/** Types at the apex that cover the whole zone together with its serial. */
export function sealsOf(version: ZoneVersion): number[] {
  return [TYPE.RRSIG, TYPE.ZONEMD].filter((type) => version.rrset(version.apex, type) !== undefined);
}

function isNotSoa(record: ResourceRecord): boolean {
  return record.type !== TYPE.SOA;
}

function refuse(rcode: number, code: string, message: string): ChangeRefusal {
  return { kind: 'refused', rcode, code, message };
}
