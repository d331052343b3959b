import { TYPE } from '@zonewire/shared-protocol';
import type { Layer } from '../image/layer.ts';
import { compareOctets } from '../image/octets.ts';
import { hashName } from '../image/relative-name.ts';
import { NodeRef } from '../image/stack.ts';
import type { ZoneVersion } from '../version.ts';

/**
 * The version checked before, valid and under the same keys: an RRset that is there with the same RRSIGs needs no signature computed
 * again, since whatever had an RRSIG was checked (DnssecVerdict.vouches). Most of a large zone lies in the same layer still, which shows
 * it at once; elsewhere octets are compared.
 */
export class CheckedBefore {
  readonly #version: ZoneVersion;
  readonly #seed: number;
  readonly #ref = new NodeRef();
  #isThere = false;

  constructor(version: ZoneVersion) {
    this.#version = version;
    this.#seed = version.stack.seed;
  }

  /** True when both versions have the same keys; else nothing of the other one counts. */
  hasSameKeys(other: ZoneVersion): boolean {
    const [a, b] = [this.#version, other].map((version) => version.rrset(version.apex, TYPE.DNSKEY)?.rdatas ?? []);
    return a.length === b.length && a.every((rdata, i) => Buffer.compare(rdata, b[i]) === 0);
  }

  /** Looks for the name of `node`. */
  find(layer: Layer, node: number): void {
    const { bytes } = layer;
    const start = node + 8;
    const end = start + bytes[node];
    this.#isThere = this.#version.stack.find(hashName(this.#seed, bytes, start, end), bytes, start, end, this.#ref);
  }

  /** True when the name found had the RRset at `rrset` of `layer` and the RRSIGs at `rrsigs`. */
  has(layer: Layer, node: number, rrset: number, rrsigs: number): boolean {
    if (!this.#isThere) return false;
    const { layer: oldLayer, node: oldNode } = this.#ref;
    if (oldLayer.buffer === layer.buffer && oldNode === node) return true;
    const type = layer.words[rrset >>> 2] & 0xffff;
    const oldRRset = oldLayer.findRRset(oldNode, type);
    const oldRrsigs = oldLayer.findRRset(oldNode, TYPE.RRSIG, type);
    return (
      oldRRset !== 0 &&
      oldRrsigs !== 0 &&
      same(layer, rrset, oldLayer, oldRRset) &&
      same(layer, rrsigs, oldLayer, oldRrsigs)
    );
  }
}

/** TTL and rdata. */
function same(a: Layer, aRRset: number, b: Layer, bRRset: number): boolean {
  const aAt = aRRset >>> 2;
  const bAt = bRRset >>> 2;
  if (a.words[aAt + 1] !== b.words[bAt + 1]) return false;
  const [aStart, bStart] = [aRRset + 12, bRRset + 12];
  return compareOctets(a.bytes, aStart, aStart + a.words[aAt + 2], b.bytes, bStart, bStart + b.words[bAt + 2]) === 0;
}
