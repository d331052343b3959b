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
import type { CheckFindings } from './finding.ts';
import type { ZoneCheckName } from './registry.ts';

/** Hosts named by NS, MX and SRV records: not an alias (RFC 2181 10.3), and servers of this zone or a child have addresses. */
export function checkTargets(version: ZoneVersion, rrsets: readonly RRset[], findings: CheckFindings): void {
  for (const { name, type, rdatas } of rrsets) {
    if (type !== TYPE.NS && type !== TYPE.MX && type !== TYPE.SRV) continue;
    for (const rdata of rdatas) {
      const offset = targetOffset(type);
      const end = nameEnd(rdata, offset, rdata.length);
      if (end < 0) continue;
      const target = rdata.slice(offset, end);
      if (type !== TYPE.SRV && isAddress(target, version.apex)) {
        const shown = nameToText(target);
        findings.found(
          type === TYPE.NS ? 'ns-is-address' : 'mx-is-address',
          { name, type },
          `the ${typeToText(type)} record has the address ${shown} where a name has to stand; give the host a name`,
        );
        continue;
      }
      if (!isSubdomain(target, version.apex)) continue;
      checkTarget(version, name, type, target, findings);
    }
  }
}

/** An IPv4 address as four labels, alone or completed by the apex for want of a final dot; or an IPv6 address as a label. */
function isAddress(target: Name, apex: Name): boolean {
  const text = nameToText(target);
  const relative = isSubdomain(target, apex) ? nameToText(target.subarray(0, target.length - apex.length)) : '';
  return (
    [text, relative].some((name) => /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\.$/.test(name)) ||
    isIpv6(text)
  );
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}\./i.test(text);
}

/** That of NS depends on where it stands. */
const ALIAS_CHECK: Readonly<Record<number, ZoneCheckName>> = { [TYPE.MX]: 'mx-is-cname', [TYPE.SRV]: 'srv-is-cname' };

function checkTarget(version: ZoneVersion, name: Name, type: number, target: Name, findings: CheckFindings): void {
  const shown = nameToText(target);
  if (version.rrset(target, TYPE.CNAME) !== undefined) {
    findings.found(
      ALIAS_CHECK[type] ?? (namesEqual(name, version.apex) ? 'ns-is-cname' : 'delegation-to-cname'),
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
      findings.found(
        'ns-without-address',
        { name, type },
        `the server ${shown} has no A or AAAA record in the zone; add one`,
      );
  } else if (namesEqual(cut, name)) {
    findings.found(
      'missing-glue',
      { name, type },
      `the server ${shown} lies below the delegation it serves, and has no A or AAAA record here; add its glue (RFC 9471)`,
    );
  }
}

/** DS at a name without NS proves nothing (RFC 4035 2.4). */
export function checkDs(version: ZoneVersion, rrsets: readonly RRset[], findings: CheckFindings): void {
  const ds = rrsets.find((rrset) => rrset.type === TYPE.DS);
  if (ds === undefined) return;
  if (namesEqual(ds.name, version.apex))
    findings.found(
      'ds-at-apex',
      { name: ds.name, type: TYPE.DS },
      'a DS record at the apex is never asked for; it belongs to the parent zone (RFC 4035 2.4)',
    );
  else if (!rrsets.some((rrset) => rrset.type === TYPE.NS))
    findings.found(
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
