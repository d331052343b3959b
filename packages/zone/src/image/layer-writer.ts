import {
  align4,
  H,
  HEADER_LENGTH,
  hashPrefix,
  IMAGE_FORMAT,
  IMAGE_MAGIC,
  isNsec3Owner,
  labelPrefix,
  lastLabel,
  MAX_IMAGE,
  NODE_NSEC,
  NODE_NSEC3,
} from './image.ts';
import { copyOctets } from './octets.ts';
import { OffsetList } from './offset-list.ts';
import { hashName } from './relative-name.ts';

/** Below this the heap is ordinary memory, copied to an exact SharedArrayBuffer at the end; above it is shared and grows in place. */
const LARGE = 1 << 20;
/** A growable buffer that ended smaller than this is copied too, so that no address space stays reserved for it. */
const KEEP_GROWABLE = 16 << 20;
const FIRST_HEAP = 4096;
/** Slots for each node: a load of 60 %. */
const SLOTS_PER_NODE = 5 / 3;
/** A longer probe at the end means names made to collide (or extreme luck): another seed, or more slots, is tried. */
export const MAX_PROBE = 128;
const MAX_TRIES = 4;

/** One spare heap is kept between writers: 10,000 small zones need not make 10,000 of them. */
let spareHeap: Uint8Array | undefined;

/**
 * Writes one layer: nodes first (callers write RRsets through `bytes` and `words` at `at`, after {@link reserve}),
 * then order and index at {@link finish}. Holds no object for a record or a name.
 */
export class LayerWriter {
  bytes: Uint8Array;
  words: Int32Array;
  /** Where the next octet goes. */
  at: number;
  /** Nodes written, in writing order. */
  readonly nodes: OffsetList = new OffsetList();
  readonly apex: Uint8Array;
  #seed: number;
  readonly #reserveSpace: () => SharedArrayBuffer | undefined;
  #growable: SharedArrayBuffer | undefined;

  constructor(apex: Uint8Array, seed: number, reserveSpace: () => SharedArrayBuffer | undefined = reserveAddressSpace) {
    this.apex = apex;
    this.#seed = seed;
    this.#reserveSpace = reserveSpace;
    this.bytes = spareHeap ?? new Uint8Array(FIRST_HEAP);
    spareHeap = undefined;
    this.words = new Int32Array(this.bytes.buffer, 0, this.bytes.length >>> 2);
    this.bytes.fill(0, 0, HEADER_LENGTH + 256);
    this.bytes.set(apex, HEADER_LENGTH);
    this.at = align4(HEADER_LENGTH + apex.length);
  }

  get seed(): number {
    return this.#seed;
  }

  /** False when the image would outgrow {@link MAX_IMAGE}; else `bytes` has room for `octets` more (and may be a new view). */
  reserve(octets: number): boolean {
    const needed = this.at + octets;
    return needed <= this.bytes.length || this.#grow(needed);
  }

  #grow(needed: number): boolean {
    if (needed > MAX_IMAGE) return false;
    if (this.#growable) {
      // In steps, since what is grown cannot be given back; the index at the end needs far more than a step.
      this.#growTo(Math.min(MAX_IMAGE, Math.max(needed, this.bytes.length + Math.max(LARGE, this.bytes.length >>> 5))));
      return true;
    }
    const old = this.bytes;
    if (needed > LARGE) this.#growable = this.#reserveSpace();
    if (this.#growable) {
      this.#growTo(Math.max(needed, 2 * LARGE));
    } else {
      this.bytes = new Uint8Array(
        Math.min(needed <= LARGE ? LARGE : MAX_IMAGE, align4(Math.max(needed, old.length * 2))),
      );
      this.words = new Int32Array(this.bytes.buffer);
    }
    this.bytes.set(old.subarray(0, this.at));
    return true;
  }

  #growTo(length: number): void {
    const buffer = this.#growable!;
    buffer.grow(align4(length));
    this.bytes = new Uint8Array(buffer, 0, buffer.byteLength);
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
  }

  /**
   * Starts a node of the relative name `name[start..end)` without RRsets. Needs reserved room: name + 16.
   * @returns its offset.
   */
  beginNode(name: Uint8Array, start: number, end: number, flags: number, children: number): number {
    const node = this.at;
    const length = end - start;
    const next = (node + 11 + length) & ~3;
    const { words } = this;
    words[node >>> 2] = length | flags;
    words[(node >>> 2) + 1] = children;
    if (length > 0) {
      words[(next >>> 2) - 1] = 0;
      copyOctets(this.bytes, node + 8, name, start, end);
    }
    this.at = next;
    this.nodes.push(node);
    return node;
  }

  /**
   * Copies a node of another image, from `node` to `end` (see nodeEnd), as it is.
   * @returns its offset, or 0 when the image would become too large.
   */
  copyNode(from: Int32Array, node: number, end: number): number {
    if (!this.reserve(end - node)) return 0;
    const at = this.at;
    const target = this.words;
    const last = end >>> 2;
    if (end - node > 512) target.set(from.subarray(node >>> 2, last), at >>> 2);
    else for (let i = node >>> 2, j = at >>> 2; i < last; i++, j++) target[j] = from[i];
    this.at = at + end - node;
    this.nodes.push(at);
    return at;
  }

  /** Zero octets up to the next multiple of 4. */
  pad(): void {
    while ((this.at & 3) !== 0) this.bytes[this.at++] = 0;
  }

  /**
   * Completes the layer. `order` holds all its nodes in canonical order; `reseed` allows another hash seed than the one given,
   * which an overlay must not take. The writer is used up.
   * @returns undefined when the image would become too large.
   */
  finish(o: {
    order: OffsetList;
    overlay: boolean;
    records: number;
    names: number;
    reseed: boolean;
  }): SharedArrayBuffer | undefined {
    const heapEnd = this.at;
    const nodes = o.order.length;
    const nsec = new OffsetList();
    const nsec3 = new OffsetList();
    this.#chooseDenialNodes(o.order, nsec, nsec3);
    const slotsStart = heapEnd + 4 * (nodes + nsec.length + nsec3.length);
    let slots = Math.ceil(nodes * SLOTS_PER_NODE) + 2;
    if (slotsStart + 4 * slots > MAX_IMAGE) return undefined;
    let total = slotsStart + 4 * slots;
    let buffer = this.#complete(heapEnd, total);
    let words = new Int32Array(buffer, 0, total >>> 2);
    words[H.magic] = IMAGE_MAGIC;
    words[H.format] = IMAGE_FORMAT;
    words[H.overlay] = o.overlay ? 1 : 0;
    words[H.apexLength] = this.apex.length;
    words[H.heapStart] = align4(HEADER_LENGTH + this.apex.length);
    words[H.heapEnd] = heapEnd;
    words[H.nodes] = nodes;
    words[H.orderStart] = heapEnd;
    words[H.slotsStart] = slotsStart;
    words[H.records] = o.records;
    words[H.names] = o.names;
    words[H.nsecNodes] = nsec.length / 3;
    words[H.nsec3Nodes] = nsec3.length / 2;
    o.order.copyTo(words, heapEnd >>> 2);
    nsec.copyTo(words, (heapEnd >>> 2) + nodes);
    nsec3.copyTo(words, (heapEnd >>> 2) + nodes + nsec.length);
    const offsetBits = Math.max(1, 32 - Math.clz32((heapEnd - 1) >>> 2));
    words[H.offsetBits] = offsetBits;
    for (let tries = 1; ; tries++) {
      const longest = fillIndex(buffer, words, slots, this.#seed);
      words[H.totalLength] = total;
      words[H.slots] = slots;
      words[H.seed] = this.#seed;
      words[H.longestProbe] = longest;
      if (longest <= MAX_PROBE || tries === MAX_TRIES) return buffer;
      if (o.reseed) {
        this.#seed = (Math.imul(this.#seed, 0x9e3779b1) + 0x7f4a7c15) | 0;
      } else {
        slots *= 2;
        total = slotsStart + 4 * slots;
        if (total > MAX_IMAGE) return buffer;
        const wider = new SharedArrayBuffer(total);
        new Uint8Array(wider).set(new Uint8Array(buffer, 0, slotsStart));
        buffer = wider;
        words = new Int32Array(buffer);
      }
    }
  }

  /** What goes into the sections nsec and nsec3 (image.ts). */
  #chooseDenialNodes(order: OffsetList, nsec: OffsetList, nsec3: OffsetList): void {
    const { words, bytes } = this;
    for (let i = 0; i < order.length; i++) {
      const node = order.get(i);
      const head = words[node >>> 2];
      if ((head & (NODE_NSEC | NODE_NSEC3)) === 0) continue;
      if ((head & NODE_NSEC) !== 0) {
        const label = lastLabel(bytes, node + 8, node + 8 + bytes[node]);
        nsec.push(node);
        nsec.push(bytes[node] === 0 ? 0 : labelPrefix(bytes, label, 0));
        nsec.push(bytes[node] === 0 ? 0 : labelPrefix(bytes, label, 4));
      }
      if ((head & NODE_NSEC3) === 0 || !isNsec3Owner(bytes, node)) continue;
      nsec3.push(node);
      nsec3.push(hashPrefix(bytes, node + 9));
    }
  }

  /** The heap in a shared buffer of at least `total` octets, zero from `heapEnd` on. */
  #complete(heapEnd: number, total: number): SharedArrayBuffer {
    const growable = this.#growable;
    if (growable && total >= KEEP_GROWABLE) {
      this.bytes.fill(0, heapEnd);
      if (growable.byteLength < total) growable.grow(total);
      return growable;
    }
    const exact = new SharedArrayBuffer(total);
    new Uint8Array(exact).set(this.bytes.subarray(0, heapEnd));
    if (!growable && this.bytes.length <= LARGE) spareHeap = this.bytes;
    return exact;
  }
}

/** Room to grow in place; undefined where the process may not have so much address space (`ulimit -v`): then growing copies. */
function reserveAddressSpace(): SharedArrayBuffer | undefined {
  try {
    return new SharedArrayBuffer(0, { maxByteLength: MAX_IMAGE });
  } catch {
    return undefined;
  }
}

/** Enters every node of the order section into the index. @returns the longest probe. */
function fillIndex(buffer: SharedArrayBuffer, words: Int32Array, slots: number, seed: number): number {
  const bytes = new Uint8Array(buffer, 0, words.length << 2);
  const order = words[H.orderStart] >>> 2;
  const first = words[H.slotsStart] >>> 2;
  const offsetBits = words[H.offsetBits];
  const end = first + slots;
  const nodes = words[H.nodes];
  const scale = slots / 0x1_0000_0000;
  words.fill(0, first, end);
  let longest = 1;
  for (let rank = 0; rank < nodes; rank++) {
    const node = words[order + rank];
    const hash = hashName(seed, bytes, node + 8, node + 8 + bytes[node]);
    let slot = first + Math.floor((hash >>> 0) * scale);
    let probes = 1;
    while (words[slot] !== 0) {
      if (++slot === end) slot = first;
      probes++;
    }
    if (probes > longest) longest = probes;
    words[slot] = (hash << offsetBits) | (node >>> 2);
  }
  return longest;
}
