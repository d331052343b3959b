import type { Layer } from '../../image/layer.ts';
import { hashLabel } from '../../image/relative-name.ts';
import { NodeRef, type Stack } from '../../image/stack.ts';
import { hashedLabel, hashForNsec3 } from './nsec3-hash.ts';

const TYPE_SOA = 6;
const TYPE_RRSIG = 46;
const TYPE_NSEC = 47;
const TYPE_NSEC3PARAM = 51;
const SHA1 = 1;

/**
 * More hash iterations than this are not computed for a query: each costs about as much as answering an unsigned one. It is the
 * bound of BIND and Unbound too, and RFC 9276 3.1 wants none at all. Answers of such a zone go out without proofs of absence
 * (unless it has NSEC too), and are counted.
 */
export const MAX_NSEC3_ITERATIONS = 150;

/**
 * NSEC3PARAM records looked at in a version, and NSEC3 records at one owner: a zone in transition has two of the first, and never
 * more than one of the second. What is beyond counts as not there.
 */
export const MAX_CHAINS = 8;

/** What proves absence in a version of a zone. */
export type DenialKind =
  /** The zone is not signed, which is to say its SOA is not: there is nothing to prove, whatever NSEC it has. */
  | 'unsigned'
  | 'nsec'
  | 'nsec3'
  /** Signed, but neither an NSEC at the apex nor a usable NSEC3PARAM. */
  | 'chainless'
  /** NSEC3 with more than {@link MAX_NSEC3_ITERATIONS} only. */
  | 'costly';

const EMPTY = new Uint8Array(0);

/** A node with an NSEC3 that was looked for once in a version and is asked for again and again. */
export class RememberedNsec3 {
  known: 'unknown' | 'there' | 'missing' = 'unknown';
  readonly ref: NodeRef = new NodeRef();
}

/** How absence is proved in one version, and with which parameters (RFC 5155 4). */
export class DenialChain {
  readonly kind: DenialKind;
  readonly iterations: number;
  readonly salt: Uint8Array;
  /** What matches the apex and covers its wildcard: most names that do not exist are asked for right below the apex. */
  readonly apex: RememberedNsec3 = new RememberedNsec3();
  readonly apexWildcard: RememberedNsec3 = new RememberedNsec3();

  constructor(kind: DenialKind, iterations = 0, salt: Uint8Array = EMPTY) {
    this.kind = kind;
    this.iterations = iterations;
    this.salt = salt;
  }

  /** True when the NSEC3 rdata at `bytes[start..end)` belongs to this chain and is long enough to be read. */
  owns(bytes: Uint8Array, start: number, end: number): boolean {
    const { salt, iterations } = this;
    if (end - start < 6 + salt.length + 20 || bytes[start] !== SHA1) return false;
    if (bytes[start + 4] !== salt.length || ((bytes[start + 2] << 8) | bytes[start + 3]) !== iterations) return false;
    for (let i = 0; i < salt.length; i++) if (bytes[start + 5 + i] !== salt[i]) return false;
    return bytes[start + 5 + salt.length] === 20;
  }

  /**
   * The offset of the rdata (its two octets of length) of this chain's record in the NSEC3 RRset at `rrset` of `layer`, or 0.
   * Only in damaged zones an owner has several.
   */
  recordIn(layer: Layer, rrset: number): number {
    const { bytes, words } = layer;
    const end = rrset + 12 + words[(rrset >>> 2) + 2];
    let left = MAX_CHAINS;
    for (let at = rrset + 12; at < end && left > 0; left--) {
      const next = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
      if (this.owns(bytes, at + 2, next)) return at;
      at = next;
    }
    return 0;
  }
}

const UNSIGNED = new DenialChain('unsigned');
const NSEC = new DenialChain('nsec');
const CHAINLESS = new DenialChain('chainless');
const COSTLY = new DenialChain('costly');

/**
 * Finds the chain of a version in constant time. An NSEC3PARAM with flags 0 says that its chain is complete (RFC 5155 7.3, 4.1.2),
 * also while NSEC is still there (10.4) or there again (10.5). Of several the one with the fewest iterations is taken that has a record for
 * the apex: a signer that left a chain unfinished, or removed half of it, is not believed.
 */
export function denialChain(stack: Stack, apex: Uint8Array, apexRef: NodeRef): DenialChain {
  const { layer, node } = apexRef;
  if (layer.findRRset(node, TYPE_RRSIG, TYPE_SOA) === 0) return UNSIGNED;
  const params = layer.findRRset(node, TYPE_NSEC3PARAM);
  const hasNsec = layer.findRRset(node, TYPE_NSEC) !== 0;
  let best: DenialChain | undefined;
  let bestHasApex = false;
  let costly = false;
  if (params !== 0) {
    const { bytes, words } = layer;
    const end = params + 12 + words[(params >>> 2) + 2];
    let left = MAX_CHAINS;
    for (let at = params + 12; at < end && left > 0; left--) {
      const next = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
      const chain = readParameters(bytes, at + 2, next);
      at = next;
      if (chain === undefined) continue;
      if (chain.iterations > MAX_NSEC3_ITERATIONS) {
        costly = true;
        continue;
      }
      const hasApex = provesApex(stack, apex, chain);
      const better = best === undefined || (hasApex && !bestHasApex);
      if (!better && (hasApex !== bestHasApex || chain.iterations >= best!.iterations)) continue;
      best = chain;
      bestHasApex = hasApex;
    }
  }
  if (best !== undefined && (bestHasApex || !hasNsec)) return best;
  if (hasNsec) return NSEC;
  if (costly) return COSTLY;
  return CHAINLESS;
}

function readParameters(bytes: Uint8Array, start: number, end: number): DenialChain | undefined {
  if (end - start < 5 || bytes[start] !== SHA1 || bytes[start + 1] !== 0) return undefined;
  const saltEnd = start + 5 + bytes[start + 4];
  if (saltEnd !== end) return undefined;
  return new DenialChain('nsec3', (bytes[start + 2] << 8) | bytes[start + 3], bytes.slice(start + 5, saltEnd));
}

function provesApex(stack: Stack, apex: Uint8Array, chain: DenialChain): boolean {
  hashForNsec3(chain.salt, chain.iterations, apex, 0, apex.length);
  const ref = new NodeRef();
  if (!stack.find(hashLabel(stack.seed, hashedLabel, 0), hashedLabel, 0, hashedLabel.length, ref)) return false;
  const rrset = ref.layer.findRRset(ref.node, 50);
  return rrset !== 0 && chain.recordIn(ref.layer, rrset) !== 0;
}
