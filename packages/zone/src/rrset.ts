import type { Name } from '@zonewire/shared-protocol';
import type { Layer } from './image/layer.ts';

/** An RRset as an object, for cold paths. Names and rdata are copies. */
export interface RRset {
  readonly name: Name;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Ascending as octet strings. */
  readonly rdatas: Uint8Array[];
}

/** The absolute name of a node, as stored. */
export function nodeName(layer: Layer, node: number, apex: Name): Name {
  const length = layer.bytes[node];
  const name = new Uint8Array(length + apex.length);
  name.set(layer.bytes.subarray(node + 8, node + 8 + length));
  name.set(apex, length);
  return name;
}

/** The RRset at `at` of a layer, owned by `name`. */
export function readRRset(layer: Layer, at: number, name: Name): RRset {
  const { bytes, words } = layer;
  const end = at + 12 + words[(at >>> 2) + 2];
  const rdatas: Uint8Array[] = [];
  for (let rdata = at + 12; rdata < end; ) {
    const rdataEnd = rdata + 2 + ((bytes[rdata] << 8) | bytes[rdata + 1]);
    rdatas.push(bytes.slice(rdata + 2, rdataEnd));
    rdata = rdataEnd;
  }
  return { name, type: words[at >>> 2] & 0xffff, ttl: words[(at >>> 2) + 1], rdatas };
}

/** All RRsets of a node. */
export function readNode(layer: Layer, node: number, apex: Name): RRset[] {
  const name = nodeName(layer, node, apex);
  const rrsets: RRset[] = [];
  let at = layer.firstRRset(node);
  for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
    rrsets.push(readRRset(layer, at, name));
    at = layer.nextRRset(at);
  }
  return rrsets;
}
