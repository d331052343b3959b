const EMPTY = new Uint8Array(0);
/** Room taken for a message of which only a part has come: an announced length costs nothing until its octets arrive. */
const FIRST_ROOM = 512;

/**
 * Cuts a TCP byte stream into DNS messages (RFC 1035 4.2.2: two octets of length before each). Chunks may be cut anywhere.
 * A message that lies whole within a chunk is not copied.
 */
export class MessageFramer {
  /** Octets of the message under way that have come, its two length octets included; 0 between messages. */
  #have = 0;
  #expected = 0;
  #partial: Uint8Array = EMPTY;
  #dropped = false;

  /** True after a stop that had octets behind it: they belong to something that nobody reads. */
  get hasDropped(): boolean {
    return this.#dropped;
  }

  /** True between messages: an end of the stream here loses nothing. */
  get isBetweenMessages(): boolean {
    return this.#have === 0;
  }

  /** Announced length of the message under way, 0 when not known. */
  get expectedLength(): number {
    return this.#have < 2 ? 0 : this.#expected;
  }

  /**
   * Calls `onMessage` for every message that `chunk` completes, in order; the array it gets is valid during the call only.
   * When it returns false, the rest of the chunk is dropped: nothing more is wanted of this stream.
   * @returns false after such a stop.
   */
  push(chunk: Uint8Array, onMessage: (message: Uint8Array) => boolean): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#have < 2) {
        this.#expected = (this.#have === 0 ? 0 : this.#expected << 8) | chunk[at++];
        this.#have++;
        if (this.#have < 2) continue;
        if (this.#expected === 0) {
          this.#have = 0;
          if (!onMessage(EMPTY)) return this.#stop(at, chunk);
          continue;
        }
      }
      const got = this.#have - 2;
      const missing = this.#expected - got;
      const take = Math.min(missing, chunk.length - at);
      if (got === 0 && take === missing) {
        const message = chunk.subarray(at, at + take);
        this.#have = 0;
        at += take;
        if (!onMessage(message)) return this.#stop(at, chunk);
        continue;
      }
      this.#reserve(got, got + take);
      this.#partial.set(chunk.subarray(at, at + take), got);
      this.#have += take;
      at += take;
      if (take === missing) {
        const message = this.#partial.subarray(0, this.#expected);
        this.#have = 0;
        this.#partial = EMPTY;
        if (!onMessage(message)) return this.#stop(at, chunk);
      }
    }
    return true;
  }

  #stop(at: number, chunk: Uint8Array): false {
    this.#dropped = at < chunk.length;
    return false;
  }

  #reserve(used: number, needed: number): void {
    if (needed <= this.#partial.length) return;
    const grown = new Uint8Array(Math.min(this.#expected, Math.max(FIRST_ROOM, 2 * needed)));
    grown.set(this.#partial.subarray(0, used));
    this.#partial = grown;
  }
}

/** A message with its length in front, as one array: one write, one segment (RFC 7766 8). */
export function framed(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + 2);
  out[0] = message.length >>> 8;
  out[1] = message.length;
  out.set(message, 2);
  return out;
}
