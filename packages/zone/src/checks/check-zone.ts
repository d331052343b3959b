import { TYPE } from '@zonewire/shared-protocol';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import { NODE_CNAME, NODE_CUT, NODE_DNAME, NODE_MIXED_TTL } from '../image/image.ts';
import { nodeName, type RRset, readNode } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import { checkAlias, checkDname } from './aliases.ts';
import { checkApex } from './apex.ts';
import { BehindDelegations } from './delegations.ts';
import { checkDkim } from './dkim.ts';
import { checkDmarc } from './dmarc.ts';
import { CheckFindings, type ZoneFinding } from './finding.ts';
import { checkDs, checkTargets } from './servers.ts';
import { SignatureLifetimes } from './signatures.ts';
import { checkSpf } from './spf.ts';
import { isMailText, mailTextOf } from './txt.ts';

/** Findings of each severity that checkZone gives at most. */
export const MAX_FINDINGS = 1000;

const SPECIAL = NODE_CNAME | NODE_DNAME | NODE_CUT | NODE_MIXED_TTL;

export interface CheckOptions {
  /** Findings of each severity at most. */
  readonly limit?: number;
  /** ms since the epoch; without it lifetimes of signatures are not looked at. */
  readonly now?: number;
}

/**
 * What is wrong with a zone (registry.ts lists all checks): of the zone as a whole first, then in canonical order of names. What no
 * version can have is seen to when one is built: exactly one SOA, names in the zone, no meta types (`zone-no-soa`, `zone-two-soas`,
 * `zone-owner-outside`, `zone-meta-type`).
 */
export function checkZone(version: ZoneVersion, o: CheckOptions = {}): ZoneFinding[] {
  const findings = new CheckFindings(o.limit ?? MAX_FINDINGS);
  const { apex } = version;
  checkApex(version, findings);
  const behind = new BehindDelegations(version, findings);
  const lifetimes = o.now === undefined ? undefined : new SignatureLifetimes(version, o.now);
  const walk = new CanonicalWalk(version.stack.layers);
  while (walk.next()) {
    const { layer, node } = walk;
    behind.visit(walk);
    lifetimes?.visit(walk);
    const flags = layer.words[node >>> 2];
    if ((flags & SPECIAL) === 0 && !hasCheckedType(walk)) continue;
    const rrsets = readNode(layer, node, apex);
    if (rrsets.length === 0) continue;
    if ((flags & NODE_MIXED_TTL) !== 0)
      findings.found(
        'ttl-mismatch',
        { name: nodeName(layer, node, apex) },
        'records of one type had different TTLs; the lowest is used for all of them (RFC 2181 5.2)',
      );
    if ((flags & NODE_CNAME) !== 0) checkAlias(rrsets, findings);
    if ((flags & NODE_DNAME) !== 0) checkDname(version, rrsets, layer.words[(node >>> 2) + 1], findings);
    checkTargets(version, rrsets, findings);
    checkDs(version, rrsets, findings);
    checkTexts(version, rrsets, findings);
  }
  lifetimes?.report(findings);
  return findings.all;
}

function checkTexts(version: ZoneVersion, rrsets: readonly RRset[], findings: CheckFindings): void {
  const texts = rrsets.find((rrset) => rrset.type === TYPE.TXT);
  if (texts === undefined) return;
  const use = mailTextOf(texts.name, 0, texts.name.length - version.apex.length);
  if (use === 'dmarc') checkDmarc(texts, findings);
  else if (use === 'dkim') checkDkim(texts, findings);
  else checkSpf(version, texts, findings);
}

/** NS MX SRV DS, and TXT for mail: types whose records are looked at; most names of a large zone have none of them. */
function hasCheckedType({ layer, node }: CanonicalWalk): boolean {
  let rrset = layer.firstRRset(node);
  for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
    const type = layer.words[rrset >>> 2] & 0xffff;
    if (type === TYPE.NS || type === TYPE.MX || type === TYPE.SRV || type === TYPE.DS) return true;
    if (type === TYPE.TXT && isMailText(layer, node, rrset)) return true;
    rrset = layer.nextRRset(rrset);
  }
  return false;
}
