import { isSubdomain, type Name, nameToText, TYPE, typeToText } from '@zonewire/shared-protocol';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import { nodeName, type RRset, readNode } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import type { CheckFindings } from './finding.ts';

const TYPE_KEY = 25;

/** Types that may stand beside a CNAME (RFC 2181 10.1 with RFC 4034 3 and 4, RFC 3007 for KEY). */
function mayStandBesideCname(type: number): boolean {
  return type === TYPE.CNAME || type === TYPE.RRSIG || type === TYPE.NSEC || type === TYPE_KEY;
}

export function checkAlias(rrsets: readonly RRset[], findings: CheckFindings): void {
  const cname = rrsets.find((rrset) => rrset.type === TYPE.CNAME)!;
  if (cname.rdatas.length > 1)
    findings.found(
      'several-cnames',
      { name: cname.name, type: TYPE.CNAME },
      `${cname.rdatas.length} CNAME records at one name; keep one (RFC 2181 10.1)`,
    );
  const others = rrsets.filter((rrset) => !mayStandBesideCname(rrset.type)).map((rrset) => typeToText(rrset.type));
  if (others.length > 0)
    findings.found(
      'cname-and-other-data',
      { name: cname.name, type: TYPE.CNAME },
      `a CNAME record stands beside ${[...new Set(others)].join(', ')}; a name with a CNAME can have no other data (RFC 1034 3.6.2)`,
    );
}

export function checkDname(
  version: ZoneVersion,
  rrsets: readonly RRset[],
  children: number,
  findings: CheckFindings,
): void {
  const { name, rdatas } = rrsets.find((rrset) => rrset.type === TYPE.DNAME)!;
  if (rdatas.length > 1)
    findings.found(
      'several-dnames',
      { name, type: TYPE.DNAME },
      `${rdatas.length} DNAME records at one name; keep one (RFC 6672 2.4)`,
    );
  if (children > 0 && hasDataBelow(version, name))
    findings.found(
      'data-below-dname',
      { name, type: TYPE.DNAME },
      `there are records below the DNAME of ${nameToText(name)}, which hides them; remove one or the other (RFC 6672 2.4)`,
    );
}

/** NSEC3 records of the zone stand below a DNAME at the apex, and have to (RFC 6672 5.3.4). */
function hasDataBelow(version: ZoneVersion, dname: Name): boolean {
  const walk = new CanonicalWalk(version.stack.layers);
  walk.seek(dname, 0, dname.length - version.apex.length);
  const isNsec3 = ({ type, rdatas }: RRset) =>
    type === TYPE.NSEC3 || (type === TYPE.RRSIG && ((rdatas[0][0] << 8) | rdatas[0][1]) === TYPE.NSEC3);
  // The first name is the DNAME's own; in canonical order those below it follow.
  walk.next();
  while (walk.next()) {
    if (!isSubdomain(nodeName(walk.layer, walk.node, version.apex), dname)) return false;
    if (!readNode(walk.layer, walk.node, version.apex).every(isNsec3)) return true;
  }
  return false;
}
