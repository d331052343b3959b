import { TYPE } from '@zonewire/shared-protocol';
import { Findings, type ZoneFinding } from '../checks/finding.ts';
import { RRsetCursor } from '../image/rrset-cursor.ts';
import { MAX_NSEC3_ITERATIONS } from '../lookup/denial/chain.ts';
import type { ZoneVersion } from '../version.ts';
import { CheckedBefore } from './checked-before.ts';
import { ClassifiedWalk } from './classified-walk.ts';
import { NsecChainCheck } from './nsec-chain.ts';
import { Nsec3ChainCheck } from './nsec3-chain.ts';
import { SignedRRsets } from './signed-rrsets.ts';
import type { TrustAnchor } from './trust-anchor.ts';
import { readZoneKeys } from './zone-keys.ts';

/** Errors after which a zone is not looked at any further, and warnings that are told. */
export const MAX_DNSSEC_FINDINGS = 100;

export interface DnssecOptions {
  /** ms since the epoch. */
  readonly now: number;
  /** Keys of the zone known from elsewhere; without any, the zone's own DNSKEY records are believed. */
  readonly trustAnchors?: readonly TrustAnchor[];
  /** An earlier version whose verdict `vouches`: what has not changed since is not computed again. */
  readonly checked?: ZoneVersion | undefined;
}

export interface DnssecVerdict {
  /** `unsigned`: no DNSKEY and no RRSIG over the SOA. */
  readonly result: 'valid' | 'invalid' | 'unsigned';
  /** Errors make a zone invalid; warnings hurt nobody who validates. */
  readonly findings: readonly ZoneFinding[];
  /** Signatures computed, and RRsets that were good in the version checked before. */
  readonly signatures: number;
  readonly reused: number;
  /** The version may be `checked` for a later one: it is valid, and every RRSIG over data in it was looked at. */
  readonly vouches: boolean;
  /** When the first signature that is needed expires, ms since the epoch. */
  readonly signaturesExpireAt?: number;
}

/**
 * Validates a whole zone as a resolver would have to find it, whatever is asked for: a good signature on every authoritative RRset (RFC
 * 4035 2.2, 5.3), and the chain that absence is proved with, whole and with the right types (RFC 4035 2.3, RFC 5155 7.1). The chain is
 * the one that answers are made with (ZoneVersion.denial). Costs about 0.1 ms a signature on one core.
 */
export function validateDnssec(version: ZoneVersion, options: DnssecOptions): DnssecVerdict {
  const findings = new Findings(MAX_DNSSEC_FINDINGS);
  const { apex, apexRef } = version;
  const { trustAnchors = [] } = options;
  const keyRRset = version.rrset(apex, TYPE.DNSKEY);
  const isSigned = apexRef.layer.findRRset(apexRef.node, TYPE.RRSIG, TYPE.SOA) !== 0;
  if (keyRRset === undefined && !isSigned) {
    findings.add(
      'error',
      'zone-not-signed',
      { name: apex },
      'the zone is not signed: it has no DNSKEY and its SOA no RRSIG',
    );
    return { result: 'unsigned', findings: findings.all, signatures: 0, reused: 0, vouches: false };
  }
  if (keyRRset === undefined)
    findings.add(
      'error',
      'keys-missing',
      { name: apex, type: TYPE.DNSKEY },
      'the zone has RRSIGs, but no DNSKEY to check them with',
    );
  const keys = readZoneKeys(apex, keyRRset?.rdatas ?? [], trustAnchors, findings);
  if (keys.length === 0 && findings.errors === 0) {
    const message =
      'none of the keys of the zone can be used for its data: they are revoked, no zone keys, or cannot be read';
    findings.add('error', 'keys-unusable', { name: apex, type: TYPE.DNSKEY }, message);
  }
  const isAnchored = trustAnchors.length > 0;
  if (isAnchored && keys.length > 0 && !keys.some((key) => key.isAnchored))
    findings.add(
      'error',
      'trust-anchor-without-key',
      { name: apex, type: TYPE.DNSKEY },
      'no key of the zone is one that a trust anchor stands for',
    );
  const signed = new SignedRRsets(
    version,
    keys,
    { now: Math.floor(options.now / 1000), isAnchored, checked: before(version, options) },
    findings,
  );
  // Without keys every signature would be a finding.
  if (keys.length > 0) walkNames(version, signed, findings);
  const { tried, reused, expiration } = signed.checks;
  return {
    result: findings.errors > 0 ? 'invalid' : 'valid',
    findings: findings.all,
    signatures: tried,
    reused,
    vouches: findings.errors === 0 && !signed.hasUnexpected,
    ...(expiration === undefined ? {} : { signaturesExpireAt: expiration * 1000 }),
  };
}

function before(version: ZoneVersion, { checked }: DnssecOptions): CheckedBefore | undefined {
  const known = checked && new CheckedBefore(checked);
  return known?.hasSameKeys(version) ? known : undefined;
}

function walkNames(version: ZoneVersion, signed: SignedRRsets, findings: Findings): void {
  const { kind: denial } = version.denial;
  const { apex, apexRef } = version;
  const nsec = denial === 'nsec' ? new NsecChainCheck(apex, findings) : undefined;
  const nsec3 = denial === 'nsec3' ? new Nsec3ChainCheck(version, findings) : undefined;
  if (denial === 'costly')
    findings.add(
      'error',
      'nsec3-iterations',
      { name: apex, type: TYPE.NSEC3PARAM },
      `NSEC3 with more than ${MAX_NSEC3_ITERATIONS} iterations is not computed, here and by resolvers; sign with 0 (RFC 9276 3.1)`,
    );
  if (denial === 'chainless')
    findings.add(
      'error',
      'chain-missing',
      { name: apex },
      'the zone has neither an NSEC at its apex nor a usable NSEC3PARAM: absence cannot be proved (RFC 4035 2.3)',
    );
  const walk = new ClassifiedWalk(version.stack.layers);
  const cursor = new RRsetCursor();
  while (walk.next() && findings.errors < MAX_DNSSEC_FINDINGS) {
    const { layer, node, kind, isEmptyToo } = walk;
    nsec?.name(layer, node, kind);
    nsec3?.name(layer, node, kind, isEmptyToo);
    if (kind !== 'empty') signed.name(layer, node, kind, cursor);
  }
  if (findings.errors >= MAX_DNSSEC_FINDINGS) return;
  nsec?.end(apexRef.layer, apexRef.node);
  nsec3?.end();
}
