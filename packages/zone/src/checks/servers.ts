import {
  isSubdomain,
  type Name,
  namesEqual,
  nameToText,
  parentName,
  TYPE,
  typeToText,
} from '@zonewire/shared-protocol';
import { nameEnd, targetOffset } from '../lookup/rdata-target.ts';
import type { RRset } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import type { Findings } from './finding.ts';

/** Hosts named by NS, MX and SRV records: not an alias (RFC 2181 10.3), and servers of this zone or a child have addresses. */
export function checkTargets(version: ZoneVersion, rrsets: readonly RRset[], findings: Findings): void {
  for (const { name, type, rdatas } of rrsets) {
    if (type !== TYPE.NS && type !== TYPE.MX && type !== TYPE.SRV) continue;
    for (const rdata of rdatas) {
      const offset = targetOffset(type);
      const end = nameEnd(rdata, offset, rdata.length);
      if (end < 0) continue;
      const target = rdata.slice(offset, end);
      if (!isSubdomain(target, version.apex)) continue;
      checkTarget(version, name, type, target, findings);
    }
  }
}

function checkTarget(version: ZoneVersion, name: Name, type: number, target: Name, findings: Findings): void {
  const shown = nameToText(target);
  if (version.rrset(target, TYPE.CNAME) !== undefined) {
    const what = typeToText(type).toLowerCase();
    findings.add(
      type === TYPE.NS ? 'error' : 'warning',
      `${what}-is-cname`,
      { name, type },
      `the ${typeToText(type)} record names ${shown}, which is an alias; name the host itself (RFC 2181 10.3)`,
    );
    return;
  }
  if (type !== TYPE.NS || hasAddress(version, target)) return;
  const cut = cutAbove(version, target);
  if (cut === undefined) {
    // Our own data: a wildcard may answer for it.
    if (!wildcardHasAddress(version, target))
      findings.add(
        'warning',
        'ns-without-address',
        { name, type },
        `the server ${shown} has no A or AAAA record in the zone; add one`,
      );
  } else if (namesEqual(cut, name)) {
    findings.add(
      'warning',
      'missing-glue',
      { name, type },
      `the server ${shown} lies below the delegation it serves, and has no A or AAAA record here; add its glue (RFC 9471)`,
    );
  }
}

/** DS at a name without NS proves nothing (RFC 4035 2.4). */
export function checkDs(version: ZoneVersion, rrsets: readonly RRset[], findings: Findings): void {
  const ds = rrsets.find((rrset) => rrset.type === TYPE.DS);
  if (ds === undefined) return;
  if (namesEqual(ds.name, version.apex))
    findings.add(
      'warning',
      'ds-at-apex',
      { name: ds.name, type: TYPE.DS },
      'a DS record at the apex is never asked for; it belongs to the parent zone (RFC 4035 2.4)',
    );
  else if (!rrsets.some((rrset) => rrset.type === TYPE.NS))
    findings.add(
      'warning',
      'ds-without-ns',
      { name: ds.name, type: TYPE.DS },
      'a DS record at a name that is not delegated; add NS records or remove it (RFC 4035 2.4)',
    );
}

function hasAddress(version: ZoneVersion, name: Name): boolean {
  return version.rrsets(name).some((rrset) => rrset.type === TYPE.A || rrset.type === TYPE.AAAA);
}

/** The topmost zone cut at or above `name`. */
function cutAbove(version: ZoneVersion, name: Name): Name | undefined {
  let cut: Name | undefined;
  for (let at = name; at.length > version.apex.length; at = parentName(at))
    if (version.rrset(at, TYPE.NS) !== undefined) cut = at;
  return cut;
}

function wildcardHasAddress(version: ZoneVersion, name: Name): boolean {
  if (version.hasName(name)) return false;
  let encloser = parentName(name);
  while (!version.hasName(encloser)) encloser = parentName(encloser);
  return hasAddress(version, Uint8Array.from([1, 0x2a, ...encloser]));
}
