import { CanonicalWalk } from '../image/canonical-walk.ts';
import { NODE_CNAME, NODE_CUT, NODE_DNAME, NODE_MIXED_TTL } from '../image/image.ts';
import { nodeName, readNode } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import { checkAlias, checkDname } from './aliases.ts';
import { Findings, type ZoneFinding } from './finding.ts';
import { checkDs, checkTargets } from './servers.ts';

/** Findings of each severity that checkZone gives at most. */
export const MAX_FINDINGS = 1000;

const SPECIAL = NODE_CNAME | NODE_DNAME | NODE_CUT | NODE_MIXED_TTL;
const TYPE_NS = 2;

/**
 * What is wrong with a zone, in canonical order of names. That there is exactly one SOA, that all names are in the zone and that
 * no type is a meta type, is seen to when a version is built (codes `zone-no-soa`, `zone-two-soas`, `zone-owner-outside`,
 * `zone-meta-type`), so it is not looked for here.
 */
export function checkZone(version: ZoneVersion, o: { limit?: number } = {}): ZoneFinding[] {
  const findings = new Findings(o.limit ?? MAX_FINDINGS);
  const { apex } = version;
  if (version.rrset(apex, TYPE_NS) === undefined)
    findings.add(
      'error',
      'no-apex-ns',
      { name: apex },
      'the zone has no NS record at its apex; add at least one (RFC 1034 4.2.1)',
    );
  const walk = new CanonicalWalk(version.stack.layers);
  while (walk.next()) {
    const { layer, node } = walk;
    const flags = layer.words[node >>> 2];
    if ((flags & SPECIAL) === 0 && !hasCheckedType(walk)) continue;
    const rrsets = readNode(layer, node, apex);
    if (rrsets.length === 0) continue;
    if ((flags & NODE_MIXED_TTL) !== 0)
      findings.add(
        'warning',
        'ttl-mismatch',
        { name: nodeName(layer, node, apex) },
        'records of one type had different TTLs; the lowest is used for all of them (RFC 2181 5.2)',
      );
    if ((flags & NODE_CNAME) !== 0) checkAlias(rrsets, findings);
    if ((flags & NODE_DNAME) !== 0) checkDname(version, rrsets, layer.words[(node >>> 2) + 1], findings);
    checkTargets(version, rrsets, findings);
    checkDs(version, rrsets, findings);
  }
  return findings.all;
}

/** NS MX SRV DS: types whose records are looked at; most names of a large zone have none of them. */
function hasCheckedType(walk: CanonicalWalk): boolean {
  const { layer, node } = walk;
  let rrset = layer.firstRRset(node);
  for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
    const type = layer.words[rrset >>> 2] & 0xffff;
    if (type === TYPE_NS || type === 15 || type === 33 || type === 43) return true;
    rrset = layer.nextRRset(rrset);
  }
  return false;
}
