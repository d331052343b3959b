/** Longest input: a name and a salt of 255 octets each, with the padding 576 octets. */
const MAX_INPUT = 576;

const schedule = new Int32Array(80);

/**
 * SHA-1 (RFC 3174) for NSEC3, which knows no other hash: over a buffer that is filled in place, without allocating. Not for
 * secrets. `input[0..length)` is hashed to `output`, which stays as it is until the next call.
 */
export class Sha1 {
  readonly input: Uint8Array = new Uint8Array(MAX_INPUT);
  readonly output: Uint8Array = new Uint8Array(20);
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  #e = 0;

  /** @param length at most 511. What lies behind it in `input` is overwritten. */
  digest(length: number): void {
    const { input, output } = this;
    const blocks = (length + 72) >>> 6;
    const end = blocks << 6;
    input[length] = 0x80;
    for (let i = length + 1; i < end - 2; i++) input[i] = 0;
    input[end - 2] = length >>> 5;
    input[end - 1] = length << 3;
    this.#a = 0x67452301;
    this.#b = 0xefcdab89 | 0;
    this.#c = 0x98badcfe | 0;
    this.#d = 0x10325476;
    this.#e = 0xc3d2e1f0 | 0;
    for (let at = 0; at < end; at += 64) this.#block(at);
    put(output, 0, this.#a);
    put(output, 4, this.#b);
    put(output, 8, this.#c);
    put(output, 12, this.#d);
    put(output, 16, this.#e);
  }

  #block(at: number): void {
    const { input } = this;
    const w = schedule;
    for (let i = 0; i < 16; i++, at += 4)
      w[i] = (input[at] << 24) | (input[at + 1] << 16) | (input[at + 2] << 8) | input[at + 3];
    for (let i = 16; i < 80; i++) {
      const x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
      w[i] = (x << 1) | (x >>> 31);
    }
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    let e = this.#e;
    let i = 0;
    for (; i < 20; i++) {
      const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + w[i]) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (; i < 40; i++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[i]) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (; i < 60; i++) {
      const next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + 0x8f1bbcdc + w[i]) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (; i < 80; i++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + w[i]) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    this.#a = (this.#a + a) | 0;
    this.#b = (this.#b + b) | 0;
    this.#c = (this.#c + c) | 0;
    this.#d = (this.#d + d) | 0;
    this.#e = (this.#e + e) | 0;
  }
}

function put(output: Uint8Array, at: number, word: number): void {
  output[at] = word >>> 24;
  output[at + 1] = word >>> 16;
  output[at + 2] = word >>> 8;
  output[at + 3] = word;
}
