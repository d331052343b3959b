import { rrsetKey } from './image.ts';
import type { Layer } from './layer.ts';

/** Steps through the RRsets of a node and the records of each, without objects. */
export class RRsetCursor {
  /** Of the current RRset. */
  key = 0;
  type = 0;
  ttl = 0;
  /** `bytes[rdataStart..rdataEnd)` is the current record's rdata. */
  bytes: Uint8Array = new Uint8Array(0);
  rdataStart = 0;
  rdataEnd = 0;
  /** The current RRset's data: `bytes[dataStart..dataEnd)`, rdlength before each rdata. */
  dataStart = 0;
  dataEnd = 0;
  #words: Int32Array = new Int32Array(0);
  #left = 0;
  #next = 0;

  start(layer: Layer, node: number): void {
    this.bytes = layer.bytes;
    this.#words = layer.words;
    this.#left = layer.words[node >>> 2] >>> 16;
    this.#next = layer.firstRRset(node);
  }

  /** A node without RRsets. */
  startEmpty(): void {
    this.#left = 0;
  }

  /** To the next RRset; its first record is reached by {@link nextRecord}. */
  nextRRset(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    const at = this.#next >>> 2;
    this.type = this.#words[at] & 0xffff;
    this.ttl = this.#words[at + 1];
    this.dataStart = this.#next + 12;
    this.dataEnd = this.dataStart + this.#words[at + 2];
    this.key = rrsetKey(this.type, this.bytes, this.dataStart + 2, this.dataEnd);
    this.rdataEnd = this.dataStart;
    this.#next = (this.dataEnd + 3) & ~3;
    return true;
  }

  nextRecord(): boolean {
    const at = this.rdataEnd;
    if (at === this.dataEnd) return false;
    this.rdataStart = at + 2;
    this.rdataEnd = at + 2 + ((this.bytes[at] << 8) | this.bytes[at + 1]);
    return true;
  }
}
