import { fail, ok, type Result } from '@zonewire/shared-protocol';
import {
  flagOfType,
  H,
  hashPrefix,
  isNsec3Owner,
  labelPrefix,
  lastLabel,
  NODE_CNAME,
  NODE_CUT,
  NODE_DNAME,
  NODE_MIXED_TTL,
  NODE_NSEC,
  NODE_NSEC3,
  NODE_TOMBSTONE,
  rrsetKey,
} from './image.ts';
import { Layer } from './layer.ts';
import { compareOctets } from './octets.ts';
import { compareRelativeNames, hashName } from './relative-name.ts';

const TYPE_FLAGS = NODE_CUT | NODE_DNAME | NODE_CNAME | NODE_NSEC | NODE_NSEC3;
const KNOWN_FLAGS = NODE_TOMBSTONE | NODE_MIXED_TTL | TYPE_FLAGS;

/**
 * Checks a whole layer, for images that come from a file: every node, RRset and record lies where it may, names are well-formed
 * and in strict canonical order, RRsets and rdata ascend, the index finds every name. In a base also the counts of records,
 * names and children. Takes about a second for a million records. Error `image-damaged`.
 */
export function verifyImage(buffer: SharedArrayBuffer): Result<void> {
  const opened = Layer.open(buffer);
  if (!opened.ok) return opened;
  const why = new ImageCheck(opened.value).problem();
  return why === undefined ? ok(undefined) : fail('image-damaged', `the zone image cannot be used: ${why}`);
}

class ImageCheck {
  readonly #layer: Layer;
  readonly #heapStart: number;
  readonly #heapEnd: number;
  #records = 0;
  /** Nodes met that belong into the sections nsec and nsec3. */
  #nsec = 0;
  #nsec3 = 0;
  /** Node, children counted, and children noted of each ancestor of the current name. */
  readonly #path: { node: number; labels: number; found: number }[] = [];

  constructor(layer: Layer) {
    this.#layer = layer;
    this.#heapStart = layer.words[H.heapStart];
    this.#heapEnd = layer.words[H.heapEnd];
  }

  problem(): string | undefined {
    const layer = this.#layer;
    let previous = 0;
    for (let rank = 0; rank < layer.nodes; rank++) {
      const node = layer.nodeAt(rank);
      const why = this.#node(node) ?? this.#place(node, previous, rank) ?? this.#denial(node);
      if (why !== undefined) return `${why} (node at ${node})`;
      previous = node;
    }
    if (this.#nsec !== layer.nsecNodes || this.#nsec3 !== layer.nsec3Nodes)
      return 'a section of NSEC or NSEC3 names holds names it should not';
    if (layer.isOverlay) return undefined;
    const open = this.#leave(0);
    if (open !== undefined) return open;
    if (this.#records !== layer.words[H.records]) return 'it holds another number of records than it says';
    if (layer.nodes !== layer.words[H.names]) return 'it holds another number of names than it says';
    return undefined;
  }

  /** The node's own form. */
  #node(node: number): string | undefined {
    const { bytes, words } = this.#layer;
    if ((node & 3) !== 0 || node < this.#heapStart || node + 8 > this.#heapEnd) return 'a node lies outside the heap';
    const head = words[node >>> 2];
    const flags = head & 0xff00;
    if ((flags & ~KNOWN_FLAGS) !== 0) return 'a node has unknown flags';
    const nameEnd = node + 8 + (head & 0xff);
    if (nameEnd > this.#heapEnd) return 'a name leaves the heap';
    for (let at = node + 8; at < nameEnd; at += bytes[at] + 1)
      if (bytes[at] === 0 || bytes[at] > 63 || at + bytes[at] + 1 > nameEnd) return 'a name is malformed';
    if (
      (flags & NODE_TOMBSTONE) !== 0 &&
      (head >>> 16 !== 0 || !this.#layer.isOverlay || words[(node >>> 2) + 1] !== 0)
    )
      return 'a tombstone has content or is in a base';
    return this.#rrsets(node, head >>> 16, flags);
  }

  #rrsets(node: number, count: number, flags: number): string | undefined {
    const { bytes, words } = this.#layer;
    let at = this.#layer.firstRRset(node);
    let lastKey = -1;
    let expected = 0;
    for (let left = count; left > 0; left--) {
      if (at + 12 > this.#heapEnd) return 'an RRset leaves the heap';
      const type = words[at >>> 2] & 0xffff;
      const length = words[(at >>> 2) + 2];
      const end = at + 12 + length;
      if (length < 2 || end > this.#heapEnd) return 'an RRset leaves the heap';
      if (words[(at >>> 2) + 1] < 0) return 'a TTL is out of range';
      const why = this.#rdatas(at + 12, end, words[at >>> 2] >>> 16);
      if (why !== undefined) return why;
      const key = rrsetKey(type, bytes, at + 14, end);
      if (key <= lastKey) return 'RRsets are not in ascending order';
      lastKey = key;
      expected |= flagOfType(type, bytes[node] === 0);
      at = this.#layer.nextRRset(at);
    }
    return (flags & TYPE_FLAGS) === expected ? undefined : 'the flags of a node do not fit its types';
  }

  #rdatas(start: number, end: number, count: number): string | undefined {
    const { bytes } = this.#layer;
    let at = start;
    let last = -1;
    let records = 0;
    while (at < end) {
      if (at + 2 > end) return 'a record leaves its RRset';
      const rdataEnd = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
      if (rdataEnd > end) return 'a record leaves its RRset';
      if (last >= 0 && compareOctets(bytes, last + 2, at, bytes, at + 2, rdataEnd) >= 0)
        return 'records are not in ascending order';
      last = at;
      at = rdataEnd;
      records++;
    }
    this.#records += records;
    return records === count ? undefined : 'an RRset has another number of records than it says';
  }

  /** The node among the others: order, index, and in a base its parent. */
  #place(node: number, previous: number, rank: number): string | undefined {
    const layer = this.#layer;
    const { bytes } = layer;
    const start = node + 8;
    const end = start + bytes[node];
    if (rank === 0 ? end > start && !layer.isOverlay : this.#compare(previous, node) >= 0)
      return 'names are not in canonical order';
    if (layer.find(hashName(layer.seed, bytes, start, end), bytes, start, end) !== node)
      return 'the index does not find a name';
    return layer.isOverlay ? undefined : this.#child(node, start, end);
  }

  /** A name with NSEC or NSEC3 is the next one in the section of such names. */
  #denial(node: number): string | undefined {
    const { words, bytes, nsec, nsec3, nsecNodes, nsec3Nodes } = this.#layer;
    const flags = words[node >>> 2];
    if ((flags & NODE_NSEC) !== 0) {
      const entry = nsec + 3 * this.#nsec;
      const label = lastLabel(bytes, node + 8, node + 8 + bytes[node]);
      const first = bytes[node] === 0 ? 0 : labelPrefix(bytes, label, 0);
      const second = bytes[node] === 0 ? 0 : labelPrefix(bytes, label, 4);
      const fits = words[entry] === node && words[entry + 1] === first && words[entry + 2] === second;
      if (this.#nsec++ === nsecNodes || !fits) return 'a name with NSEC is not where it is looked for';
    }
    if ((flags & NODE_NSEC3) === 0 || !isNsec3Owner(bytes, node)) return undefined;
    const entry = nsec3 + 2 * this.#nsec3;
    if (this.#nsec3++ === nsec3Nodes || words[entry] !== node || words[entry + 1] !== hashPrefix(bytes, node + 9))
      return 'a name with NSEC3 is not where it is looked for';
    return undefined;
  }

  #child(node: number, start: number, end: number): string | undefined {
    const { bytes } = this.#layer;
    let labels = 0;
    for (let at = start; at < end; at += bytes[at] + 1) labels++;
    const wrong = this.#leave(labels);
    if (wrong !== undefined) return wrong;
    const parent = this.#path[this.#path.length - 1];
    if (labels > 0) {
      const parentStart = start + bytes[start] + 1;
      const length = end - parentStart;
      if (
        parent === undefined ||
        bytes[parent.node] !== length ||
        compareRelativeNames(bytes, parent.node + 8, parent.node + 8 + length, bytes, parentStart, end) !== 0
      )
        return 'a name has no parent';
      parent.found++;
    }
    this.#path.push({ node, labels, found: 0 });
    return undefined;
  }

  /** Closes names with at least `labels` labels: all their children have been met. */
  #leave(labels: number): string | undefined {
    const { words } = this.#layer;
    while (this.#path.length > 0 && this.#path[this.#path.length - 1].labels >= labels) {
      const { node, found } = this.#path.pop()!;
      if (words[(node >>> 2) + 1] !== found) return 'a name has another number of children than it says';
      if (found === 0 && words[node >>> 2] >>> 16 === 0) return 'a name has neither records nor children';
    }
    return undefined;
  }

  #compare(a: number, b: number): number {
    const { bytes } = this.#layer;
    return compareRelativeNames(bytes, a + 8, a + 8 + bytes[a], bytes, b + 8, b + 8 + bytes[b]);
  }
}
