import { nameToText, type Prerequisite, RCODE, typeToText } from '@zonewire/shared-protocol';
import { rdataKey, type ZoneEdit } from './zone-edit.ts';

export interface UnmetPrerequisite {
  readonly rcode: number;
  /** For the log, in plain words. */
  readonly message: string;
}

/** RFC 2136 3.2: the first prerequisite that does not hold. Wildcards are names like others here: nothing is synthesised. */
export function unmetPrerequisite(
  zone: ZoneEdit,
  prerequisites: readonly Prerequisite[],
): UnmetPrerequisite | undefined {
  for (const prerequisite of prerequisites) {
    const rcode = check(zone, prerequisite);
    if (rcode !== undefined) return { rcode, message: describe(prerequisite) };
  }
  return undefined;
}

function check(zone: ZoneEdit, prerequisite: Prerequisite): number | undefined {
  const { name } = prerequisite;
  switch (prerequisite.kind) {
    case 'name-in-use':
      return zone.hasRecords(name) ? undefined : RCODE.NXDOMAIN;
    case 'name-not-in-use':
      return zone.hasRecords(name) ? RCODE.YXDOMAIN : undefined;
    case 'rrset-exists':
      return zone.has(name, prerequisite.type) ? undefined : RCODE.NXRRSET;
    case 'rrset-absent':
      return zone.has(name, prerequisite.type) ? RCODE.YXRRSET : undefined;
    case 'rrset-exists-value':
      return sameSet(prerequisite.type, zone.rdatas(name, prerequisite.type), prerequisite.rdatas)
        ? undefined
        : RCODE.NXRRSET;
  }
}

/** The same set of rdata: order and repetition do not count. */
function sameSet(type: number, a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const left = new Set(a.map((rdata) => rdataKey(type, rdata)));
  const right = new Set(b.map((rdata) => rdataKey(type, rdata)));
  return left.size === right.size && left.isSubsetOf(right);
}

function describe(prerequisite: Prerequisite): string {
  const name = nameToText(prerequisite.name);
  switch (prerequisite.kind) {
    case 'name-in-use':
      return `${name} has no records`;
    case 'name-not-in-use':
      return `${name} has records`;
    case 'rrset-exists':
      return `${name} has no ${typeToText(prerequisite.type)}`;
    case 'rrset-absent':
      return `${name} has ${typeToText(prerequisite.type)}`;
    case 'rrset-exists-value':
      return `the ${typeToText(prerequisite.type)} records of ${name} are others`;
  }
}
