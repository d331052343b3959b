import { TYPE } from '@zonewire/shared-protocol';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import { base32Value, isNsec3Owner, NODE_NSEC3, NSEC3_LABEL } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';
import type { DenialChain } from '../lookup/denial/chain.ts';
import { hash } from '../lookup/denial/nsec3-hash.ts';
import type { ZoneVersion } from '../version.ts';

/** The NSEC3 records of one chain in the order of their hashes, thirty octets each. */
export class Nsec3Index {
  count = 0;
  /** Of entry i: its owner's hash at 20 i, its layer, node, and rdata (two octets of length first). */
  hashes: Uint8Array = new Uint8Array(20 * 64);
  layers: Uint8Array = new Uint8Array(64);
  nodes: Int32Array = new Int32Array(64);
  records: Int32Array = new Int32Array(64);
  /** 1 once a name of the zone was seen that hashes to it. */
  readonly seen: Uint8Array;
  readonly #layers: readonly Layer[];

  constructor(version: ZoneVersion, chain: DenialChain) {
    this.#layers = version.stack.layers;
    const walk = new CanonicalWalk(this.#layers);
    // Owners are one label below the apex: in canonical order they are in the order of the hashes (RFC 5155 3).
    while (walk.next()) {
      const { layer, node } = walk;
      if ((layer.words[node >>> 2] & NODE_NSEC3) === 0 || !isNsec3Owner(layer.bytes, node)) continue;
      const record = chain.recordIn(layer, layer.findRRset(node, TYPE.NSEC3));
      if (record !== 0) this.#push(layer, node, record);
    }
    this.seen = new Uint8Array(this.count);
  }

  layer(i: number): Layer {
    return this.#layers[this.layers[i]];
  }

  /** The entry of the hash made last, or -1 - i when it would stand before entry i. */
  find(): number {
    const { hashes } = this;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      let order = 0;
      for (let i = 0, at = 20 * middle; i < 20; i++, at++) {
        order = hashes[at] - hash[i];
        if (order !== 0) break;
      }
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  }

  #push(layer: Layer, node: number, record: number): void {
    const i = this.count++;
    if (i === this.layers.length) this.#widen();
    this.layers[i] = this.#layers.indexOf(layer);
    this.nodes[i] = node;
    this.records[i] = record;
    decodeHash(layer.bytes, node + 9, this.hashes, 20 * i);
  }

  #widen(): void {
    const size = 2 * this.layers.length;
    const widened = <T extends Uint8Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.hashes = widened(this.hashes, new Uint8Array(20 * size));
    this.layers = widened(this.layers, new Uint8Array(size));
    this.nodes = widened(this.nodes, new Int32Array(size));
    this.records = widened(this.records, new Int32Array(size));
  }
}

/** Base32hex without padding (RFC 4648 7): 32 characters, 20 octets. */
function decodeHash(bytes: Uint8Array, from: number, to: Uint8Array, at: number): void {
  let bits = 0;
  let value = 0;
  for (let i = 0; i < NSEC3_LABEL; i++) {
    value = ((value << 5) | base32Value(bytes[from + i])) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    to[at++] = value >>> bits;
  }
}
