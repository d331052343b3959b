import {
  type Name,
  namesEqual,
  nameToText,
  parentName,
  RCODE,
  type ResourceRecord,
  TYPE,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { ChangeRefusal } from './evaluate.ts';

/**
 * Refuses a change whose result would be refused as a zone file (checkZone), as far as the update rules do not see to it already;
 * so that a zone written to its file by `freeze` can always be loaded again. `version` is the result, `added` what is new in it.
 * Costs what the change costs. RFC 6672 5.2 would let a DNAME hide names below it, and BIND does; here they have to go first.
 */
export function refuseResult(version: ZoneVersion, added: readonly ResourceRecord[]): ChangeRefusal | undefined {
  for (const record of added) {
    const { name, type, rdata } = record;
    const dname = dnameAbove(version, name);
    if (dname !== undefined) {
      const message = `${nameToText(name)} lies below the DNAME of ${nameToText(dname)}, which hides it (RFC 6672 2.4)`;
      return refuse('data-below-dname', message);
    }
    if (type === TYPE.DNAME && version.hasNamesBelow(name))
      return refuse(
        'data-below-dname',
        `there are names below ${nameToText(name)}: delete them before a DNAME hides them`,
      );
    if (type === TYPE.NS && namesEqual(name, version.apex) && version.rrset(rdata, TYPE.CNAME) !== undefined)
      return refuse('ns-is-cname', `the server ${nameToText(rdata)} is an alias (RFC 2181 10.3)`);
    if (type === TYPE.CNAME && apexServers(version).some((server) => namesEqual(server, name)))
      return refuse(
        'ns-is-cname',
        `${nameToText(name)} is a server of the zone, it cannot be an alias (RFC 2181 10.3)`,
      );
  }
  return undefined;
}

function dnameAbove(version: ZoneVersion, name: Name): Name | undefined {
  while (name.length > version.apex.length) {
    name = parentName(name);
    if (version.rrset(name, TYPE.DNAME) !== undefined) return name;
  }
  return undefined;
}

function apexServers(version: ZoneVersion): readonly Uint8Array[] {
  return version.rrset(version.apex, TYPE.NS)?.rdatas ?? [];
}

function refuse(code: string, message: string): ChangeRefusal {
  return { kind: 'refused', rcode: RCODE.REFUSED, code, message };
}
