import { flagOfType, MAX_RRSET_RECORDS, NODE_MIXED_TTL } from './image.ts';
import type { Layer } from './layer.ts';
import type { LayerWriter } from './layer-writer.ts';
import { compareOctets, copyOctets } from './octets.ts';

/**
 * The records of one name, gathered from anywhere (layers, diffs, messages) to be sorted and written as one node.
 * Reused from name to name; holds positions, not copies.
 */
export class NodeRecords {
  count = 0;
  /** See rrsetKey. */
  keys: Uint32Array = new Uint32Array(16);
  ttls: Uint32Array = new Uint32Array(16);
  /** Index into `buffers`. */
  sources: Uint8Array = new Uint8Array(16);
  starts: Uint32Array = new Uint32Array(16);
  ends: Uint32Array = new Uint32Array(16);
  /** Entry numbers; ascending by key and rdata after {@link sort}. */
  order: Uint32Array = new Uint32Array(16);
  readonly buffers: Uint8Array[] = [];

  clear(): void {
    this.count = 0;
    this.buffers.length = 0;
  }

  /** Number of a buffer that {@link push} may refer to. */
  buffer(bytes: Uint8Array): number {
    const known = this.buffers.indexOf(bytes);
    return known >= 0 ? known : this.buffers.push(bytes) - 1;
  }

  push(buffer: number, key: number, ttl: number, start: number, end: number): void {
    const at = this.count++;
    if (at === this.keys.length) this.#widen();
    this.keys[at] = key;
    this.ttls[at] = ttl;
    this.sources[at] = buffer;
    this.starts[at] = start;
    this.ends[at] = end;
    this.order[at] = at;
  }

  /** Takes one entry of another list. */
  pushFrom(other: NodeRecords, entry: number): void {
    const buffer = this.buffer(other.buffers[other.sources[entry]]);
    this.push(buffer, other.keys[entry], other.ttls[entry], other.starts[entry], other.ends[entry]);
  }

  addNode(layer: Layer, node: number): void {
    this.addRRsets(layer.bytes, layer.words, node);
  }

  /** The records of the node at `node` of an image (or of a heap being written). */
  addRRsets(bytes: Uint8Array, words: Int32Array, node: number, source: Uint8Array = bytes, shift = 0): void {
    const buffer = this.buffer(source);
    let rrset = (node + 11 + bytes[node]) & ~3;
    for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
      const at = rrset >>> 2;
      const type = words[at] & 0xffff;
      const ttl = words[at + 1];
      let rdata = rrset + 12;
      const end = rdata + words[at + 2];
      const key = type === 46 ? ((46 << 16) | (bytes[rdata + 2] << 8) | bytes[rdata + 3]) >>> 0 : (type << 16) >>> 0;
      while (rdata < end) {
        const length = (bytes[rdata] << 8) | bytes[rdata + 1];
        this.push(buffer, key, ttl, rdata + 2 - shift, rdata + 2 + length - shift);
        rdata += 2 + length;
      }
      rrset = (end + 3) & ~3;
    }
  }

  /** Entry `a` before, with or behind entry `b` by key and rdata. */
  compare(a: number, b: number): number {
    return compareRecords(this, a, this, b);
  }

  /** Brings `order` into ascending order; equal records keep the order they came in. */
  sort(): void {
    const { order, count } = this;
    if (count > 24) {
      if (!this.#isSorted()) order.subarray(0, count).sort((a, b) => this.compare(a, b));
      return;
    }
    for (let i = 1; i < count; i++) {
      const entry = order[i];
      let j = i;
      while (j > 0 && this.compare(order[j - 1], entry) > 0) {
        order[j] = order[j - 1];
        j--;
      }
      order[j] = entry;
    }
  }

  #isSorted(): boolean {
    for (let i = 1; i < this.count; i++) if (this.compare(this.order[i - 1], this.order[i]) > 0) return false;
    return true;
  }

  /** After {@link sort}: leaves one of equal records (RFC 2181 5). The lowest TTL of them stays. @returns how many went. */
  dropDuplicates(): number {
    const { order, count } = this;
    let kept = count === 0 ? 0 : 1;
    for (let i = 1; i < count; i++) {
      const last = order[kept - 1];
      if (this.compare(last, order[i]) !== 0) order[kept++] = order[i];
      else this.ttls[last] = Math.min(this.ttls[last], this.ttls[order[i]]);
    }
    this.count = kept;
    return count - kept;
  }

  /** Octets that {@link write} needs at most, without the node's header. */
  writtenLength(): number {
    let length = 0;
    for (let i = 0; i < this.count; i++) length += this.ends[this.order[i]] - this.starts[this.order[i]] + 17;
    return length;
  }

  /**
   * Writes the sorted records as the RRsets of `node`, the node begun last. Room must be reserved.
   * @returns false when an RRset has more than {@link MAX_RRSET_RECORDS} records.
   */
  write(writer: LayerWriter, node: number, isApex: boolean): boolean {
    const { bytes, words } = writer;
    const { order, keys, ttls, starts, ends, count } = this;
    let rrsets = 0;
    let flags = 0;
    for (let i = 0; i < count; ) {
      const key = keys[order[i]];
      const header = writer.at >>> 2;
      let at = writer.at + 12;
      let ttl = ttls[order[i]];
      const first = i;
      for (; i < count && keys[order[i]] === key; i++) {
        const entry = order[i];
        const length = ends[entry] - starts[entry];
        if (ttls[entry] !== ttl) {
          ttl = Math.min(ttl, ttls[entry]);
          flags |= NODE_MIXED_TTL;
        }
        bytes[at] = length >>> 8;
        bytes[at + 1] = length;
        copyOctets(bytes, at + 2, this.buffers[this.sources[entry]], starts[entry], ends[entry]);
        at += 2 + length;
      }
      if (i - first > MAX_RRSET_RECORDS) return false;
      words[header] = (key >>> 16) | ((i - first) << 16);
      words[header + 1] = ttl;
      words[header + 2] = at - (header << 2) - 12;
      flags |= flagOfType(key >>> 16, isApex);
      writer.at = at;
      writer.pad();
      rrsets++;
    }
    if (rrsets > 0xffff) return false;
    words[node >>> 2] |= (rrsets << 16) | flags;
    return true;
  }

  #widen(): void {
    const size = this.keys.length * 2;
    this.keys = widened(this.keys, new Uint32Array(size));
    this.ttls = widened(this.ttls, new Uint32Array(size));
    this.sources = widened(this.sources, new Uint8Array(size));
    this.starts = widened(this.starts, new Uint32Array(size));
    this.ends = widened(this.ends, new Uint32Array(size));
    this.order = widened(this.order, new Uint32Array(size));
  }
}

/** Entry `i` of `a` before, with or behind entry `j` of `b` by key and rdata. */
export function compareRecords(a: NodeRecords, i: number, b: NodeRecords, j: number): number {
  const order = a.keys[i] - b.keys[j];
  if (order !== 0) return order;
  const aBytes = a.buffers[a.sources[i]];
  const bBytes = b.buffers[b.sources[j]];
  return compareOctets(aBytes, a.starts[i], a.ends[i], bBytes, b.starts[j], b.ends[j]);
}

function widened<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
