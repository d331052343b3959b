const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;

/** A list of 32-bit offsets that grows without copying what it has. */
export class OffsetList {
  length = 0;
  readonly #chunks: Int32Array[] = [];
  #last: Int32Array = new Int32Array(0);

  push(offset: number): void {
    const at = this.length++ & (CHUNK - 1);
    if (at === 0) this.#openChunk();
    else if (at === this.#last.length) this.#widenFirstChunk();
    this.#last[at] = offset;
  }

  get(index: number): number {
    return this.#chunks[index >>> CHUNK_BITS][index & (CHUNK - 1)];
  }

  set(index: number, offset: number): void {
    this.#chunks[index >>> CHUNK_BITS][index & (CHUNK - 1)] = offset;
  }

  copyTo(target: Int32Array, at: number): void {
    for (let i = 0; i < this.length; i += CHUNK)
      target.set(this.#chunks[i >>> CHUNK_BITS].subarray(0, Math.min(CHUNK, this.length - i)), at + i);
  }

  /** The first chunk starts small: most zones have few names. */
  #openChunk(): void {
    this.#last = new Int32Array(this.#chunks.length === 0 ? 16 : CHUNK);
    this.#chunks.push(this.#last);
  }

  #widenFirstChunk(): void {
    const wider = new Int32Array(this.#last.length * 4);
    wider.set(this.#last);
    this.#last = wider;
    this.#chunks[0] = wider;
  }
}
