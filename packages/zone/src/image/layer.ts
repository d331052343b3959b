import { fail, LOWER, ok, type Result } from '@zonewire/shared-protocol';
import { align4, H, HEADER_LENGTH, IMAGE_FORMAT, IMAGE_MAGIC, MAX_IMAGE } from './image.ts';
import { sameRelativeName } from './relative-name.ts';

/** One opened layer of a zone image; see image.ts for what lies where. Reading only. */
export class Layer {
  readonly buffer: SharedArrayBuffer;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly length: number;
  readonly seed: number;
  /** Nodes in this layer, tombstones counted. */
  readonly nodes: number;
  /** Index into `words` where the canonical order starts. */
  readonly order: number;
  /** Index into `words` where the nodes with NSEC start, in canonical order, three words each, and how many they are. */
  readonly nsec: number;
  readonly nsecNodes: number;
  /** The same for NSEC3, of two words each. */
  readonly nsec3: number;
  readonly nsec3Nodes: number;
  readonly #firstSlot: number;
  readonly #lastSlot: number;
  readonly #slotScale: number;
  readonly #offsetBits: number;
  readonly #offsetMask: number;
  readonly #longestProbe: number;

  private constructor(buffer: SharedArrayBuffer, length: number) {
    this.buffer = buffer;
    this.length = length;
    // Views of fixed length: those that follow a growable buffer's length are fifty times slower to index.
    this.bytes = new Uint8Array(buffer, 0, length);
    this.words = new Int32Array(buffer, 0, length >>> 2);
    const { words } = this;
    this.seed = words[H.seed];
    this.nodes = words[H.nodes];
    this.order = words[H.orderStart] >>> 2;
    this.nsec = this.order + words[H.nodes];
    this.nsecNodes = words[H.nsecNodes];
    this.nsec3 = this.nsec + 3 * this.nsecNodes;
    this.nsec3Nodes = words[H.nsec3Nodes];
    this.#firstSlot = words[H.slotsStart] >>> 2;
    this.#lastSlot = this.#firstSlot + words[H.slots] - 1;
    this.#slotScale = words[H.slots] / 0x1_0000_0000;
    this.#offsetBits = words[H.offsetBits];
    this.#offsetMask = (1 << words[H.offsetBits]) - 1;
    this.#longestProbe = words[H.longestProbe];
  }

  /** Checks what can be checked in constant time: magic, format, and that the sections fit each other and the buffer. */
  static open(buffer: SharedArrayBuffer): Result<Layer> {
    if (buffer.byteLength < HEADER_LENGTH) return damaged('it is shorter than an image header');
    const header = new Int32Array(buffer, 0, HEADER_LENGTH >>> 2);
    if (header[H.magic] !== IMAGE_MAGIC) return damaged('it does not start with the mark of an image');
    if (header[H.format] !== IMAGE_FORMAT)
      return fail(
        'image-format-unknown',
        `the zone image has format ${header[H.format]}, this version reads format ${IMAGE_FORMAT}`,
      );
    const total = header[H.totalLength];
    const apexEnd = HEADER_LENGTH + header[H.apexLength];
    const sections =
      header[H.apexLength] >= 1 &&
      header[H.apexLength] <= 255 &&
      header[H.heapStart] === align4(apexEnd) &&
      header[H.heapEnd] > header[H.heapStart] &&
      header[H.orderStart] === header[H.heapEnd] &&
      header[H.nodes] >= 1 &&
      header[H.nsecNodes] >= 0 &&
      header[H.nsecNodes] <= header[H.nodes] &&
      header[H.nsec3Nodes] >= 0 &&
      header[H.nsec3Nodes] <= header[H.nodes] &&
      header[H.slotsStart] ===
        header[H.orderStart] + 4 * (header[H.nodes] + 3 * header[H.nsecNodes] + 2 * header[H.nsec3Nodes]) &&
      header[H.slots] > header[H.nodes] &&
      header[H.slotsStart] + 4 * header[H.slots] === total &&
      total % 4 === 0 &&
      header[H.offsetBits] >= 1 &&
      header[H.offsetBits] <= 29 &&
      header[H.heapEnd] >>> 2 <= 2 ** header[H.offsetBits] &&
      header[H.longestProbe] >= 1 &&
      header[H.longestProbe] <= header[H.slots];
    if (!sections || total > MAX_IMAGE) return damaged('its sections do not fit together');
    if (total > buffer.byteLength)
      return damaged(`it is cut: ${buffer.byteLength} octets are there, ${total} should be`);
    return ok(new Layer(buffer, total));
  }

  get isOverlay(): boolean {
    return this.words[H.overlay] !== 0;
  }

  /** The apex's name as it was first given; `known` itself, when that is the same octet by octet. */
  apex(known?: Uint8Array): Uint8Array {
    const length = this.words[H.apexLength];
    if (known?.length === length) {
      let i = 0;
      while (i < length && known[i] === this.bytes[HEADER_LENGTH + i]) i++;
      if (i === length) return known;
    }
    return this.bytes.slice(HEADER_LENGTH, HEADER_LENGTH + length);
  }

  /** True when this layer is of the zone `apex`. */
  hasApex(apex: Uint8Array): boolean {
    const end = HEADER_LENGTH + this.words[H.apexLength];
    return sameRelativeName(this.bytes, HEADER_LENGTH, end, apex, 0, apex.length);
  }

  /** The node (its offset, a tombstone perhaps) of the relative name `name[start..end)` whose hash is `hash`; 0 when not here. */
  find(hash: number, name: Uint8Array, start: number, end: number): number {
    const { words, bytes } = this;
    const offsetBits = this.#offsetBits;
    const tag = hash << offsetBits;
    const lastSlot = this.#lastSlot;
    let slot = this.#firstSlot + Math.floor((hash >>> 0) * this.#slotScale);
    for (let probes = this.#longestProbe; probes > 0; probes--) {
      const entry = words[slot];
      if (entry === 0) return 0;
      if ((entry ^ tag) >>> offsetBits === 0) {
        const node = (entry & this.#offsetMask) << 2;
        if (bytes[node] === end - start) {
          let at = node + 8;
          let i = start;
          while (i < end && (bytes[at] === name[i] || LOWER[bytes[at]] === LOWER[name[i]])) {
            i++;
            at++;
          }
          if (i === end) return node;
        }
      }
      slot = slot === lastSlot ? this.#firstSlot : slot + 1;
    }
    return 0;
  }

  /** The node at `rank` of the canonical order. */
  nodeAt(rank: number): number {
    return this.words[this.order + rank];
  }

  /** Offset of the node's first RRset. */
  firstRRset(node: number): number {
    return (node + 11 + this.bytes[node]) & ~3;
  }

  /** Offset of the RRset behind the one at `rrset`. */
  nextRRset(rrset: number): number {
    return (rrset + 15 + this.words[(rrset >>> 2) + 2]) & ~3;
  }

  /** The RRset of `type` (and covered type, for RRSIG) in `node`: its offset, or 0. */
  findRRset(node: number, type: number, covered = 0): number {
    const { words, bytes } = this;
    let rrset = (node + 11 + bytes[node]) & ~3;
    for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
      const at = rrset >>> 2;
      const here = words[at] & 0xffff;
      if (here === type && (covered === 0 || ((bytes[rrset + 14] << 8) | bytes[rrset + 15]) === covered)) return rrset;
      if (here > type) return 0;
      rrset = (rrset + 15 + words[at + 2]) & ~3;
    }
    return 0;
  }
}

function damaged(why: string): Result<never> {
  return fail('image-damaged', `the zone image cannot be used: ${why}`);
}
