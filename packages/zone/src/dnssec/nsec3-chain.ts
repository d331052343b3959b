import { TYPE } from '@zonewire/shared-protocol';
import type { Findings } from '../checks/finding.ts';
import type { Layer } from '../image/layer.ts';
import type { DenialChain } from '../lookup/denial/chain.ts';
import { hashedLabel, hashForNsec3 } from '../lookup/denial/nsec3-hash.ts';
import { nodeName } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import { isBelow, type NameKind, typesToList } from './classified-walk.ts';
import { Nsec3Index } from './nsec3-index.ts';
import { bitmapFault } from './type-bitmap.ts';

const OPT_OUT = 1;

/** An empty non-terminal without NSEC3, above the name where the walk stands. It must have one as soon as a name below it has. */
interface Pending {
  readonly layer: Layer;
  readonly node: number;
  readonly isOptedOut: boolean;
}

/**
 * Checks one NSEC3 chain while the names of a zone pass by in canonical order: closed, with a record for every name that needs one
 * and for no other, with the right types; names left out only under opt-out (RFC 5155 7.1, 6).
 */
export class Nsec3ChainCheck {
  readonly #apex: Uint8Array;
  readonly #chain: DenialChain;
  readonly #findings: Findings;
  readonly #index: Nsec3Index;
  readonly #types = new Uint16Array(0x1_0000);
  readonly #name = new Uint8Array(512);
  readonly #pending: Pending[] = [];

  constructor(version: ZoneVersion, findings: Findings) {
    this.#apex = version.apex;
    this.#chain = version.denial;
    this.#findings = findings;
    this.#index = new Nsec3Index(version, version.denial);
    this.#checkClosed();
  }

  name(layer: Layer, node: number, kind: NameKind, isEmptyToo: boolean): void {
    if (kind === 'hidden' || (kind === 'nsec3' && !isEmptyToo)) return;
    this.#leave(layer, node);
    const place = this.#find(layer, node);
    const isEmpty = kind === 'empty' || kind === 'nsec3';
    if (place >= 0) {
      this.#index.seen[place] = 1;
      this.#checkTypes(place, layer, node, isEmpty, kind === 'cut');
      this.#needAbove();
      return;
    }
    const isOptedOut = this.#isOptedOut(place);
    if (isEmpty) {
      this.#pending.push({ layer, node, isOptedOut });
      return;
    }
    if (kind === 'cut' && layer.findRRset(node, TYPE.DS) === 0 && isOptedOut) return;
    this.#needAbove();
    this.#missing(layer, node);
  }

  /** All names have passed. */
  end(): void {
    this.#leave(undefined, 0);
    const { seen, count } = this.#index;
    for (let i = 0; i < count; i++)
      if (seen[i] === 0)
        this.#tell(this.#index.layer(i), this.#index.nodes[i], 'nsec3-unexpected', 'no name of the zone has this hash');
  }

  /** RFC 5155 3.1.7: each leads to the next hash, the last to the first. */
  #checkClosed(): void {
    const index = this.#index;
    const { hashes, records, nodes, count } = index;
    for (let i = 0; i < count; i++) {
      const layer = index.layer(i);
      const { bytes } = layer;
      const next = records[i] + 8 + this.#chain.salt.length;
      const wanted = 20 * ((i + 1) % count);
      let isNext = true;
      for (let k = 0; k < 20; k++) if (bytes[next + k] !== hashes[wanted + k]) isNext = false;
      if (!isNext)
        this.#tell(layer, nodes[i], 'nsec3-chain', 'it does not lead to the next hash of the chain (RFC 5155 3.1.7)');
      // RFC 5155 8.2: records with other flags count for nothing.
      if ((bytes[records[i] + 3] & ~OPT_OUT) !== 0)
        this.#tell(layer, nodes[i], 'nsec3-flags', 'it has flags that are unknown (RFC 5155 8.2)');
    }
  }

  #find(layer: Layer, node: number): number {
    const name = this.#name;
    const { bytes } = layer;
    const length = bytes[node];
    for (let i = 0; i < length; i++) name[i] = bytes[node + 8 + i];
    for (let i = 0; i < this.#apex.length; i++) name[length + i] = this.#apex[i];
    hashForNsec3(this.#chain.salt, this.#chain.iterations, name, 0, length + this.#apex.length);
    return this.#index.find();
  }

  /** The span a hash falls into, which is not there itself (`place` of Nsec3Index.find), is one of opt-out. */
  #isOptedOut(place: number): boolean {
    const { count, records } = this.#index;
    if (count === 0) return false;
    const before = (-1 - place + count - 1) % count;
    return (this.#index.layer(before).bytes[records[before] + 3] & OPT_OUT) !== 0;
  }

  #checkTypes(place: number, layer: Layer, node: number, isEmpty: boolean, isCut: boolean): void {
    const index = this.#index;
    const owner = index.layer(place);
    const { bytes } = owner;
    const record = index.records[place];
    const end = record + 2 + ((bytes[record] << 8) | bytes[record + 1]);
    const bitmap = record + 2 + 6 + this.#chain.salt.length + 20;
    const count = isEmpty ? 0 : typesToList(layer, node, isCut, 'nsec3', this.#types);
    const fault = bitmapFault(bytes, bitmap, end, this.#types, count);
    if (fault === undefined) return;
    const name = nodeName(layer, node, this.#apex);
    this.#findings.add('error', 'nsec3-types', { name, type: TYPE.NSEC3 }, `of its NSEC3: ${fault} (RFC 5155 7.1)`);
  }

  /** Names that are not above the present one any more: what lies below those passed without need of them. */
  #leave(layer: Layer | undefined, node: number): void {
    const pending = this.#pending;
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
      if (layer !== undefined && isBelow(layer, node, last.layer, last.node)) return;
      pending.pop();
      if (!last.isOptedOut) this.#missing(last.layer, last.node);
    }
  }

  /** RFC 5155 7.1: a name with NSEC3 needs one at every empty non-terminal above it. */
  #needAbove(): void {
    for (const { layer, node } of this.#pending.splice(0)) this.#missing(layer, node);
  }

  #missing(layer: Layer, node: number): void {
    // For the hash, in hashedLabel then.
    this.#find(layer, node);
    const label = Buffer.from(hashedLabel.subarray(1)).toString('latin1');
    this.#tell(
      layer,
      node,
      'nsec3-missing',
      `the name has no NSEC3 (${label}), so what it has not cannot be denied (RFC 5155 7.1)`,
    );
  }

  #tell(layer: Layer, node: number, code: string, message: string): void {
    this.#findings.add('error', code, { name: nodeName(layer, node, this.#apex), type: TYPE.NSEC3 }, message);
  }
}
