import { LOWER } from '@zonewire/shared-protocol';
import { compareOctets } from './octets.ts';

const SMALL = 16;

/**
 * Sorts many relative names into canonical order (RFC 4034 6.1), for input that does not come sorted.
 * Each name becomes an octet string whose plain order is the canonical one: labels from the right, lower case, each closed
 * by 0; octets 0 and 1 inside a label become 1 1 and 1 2. The strings are sorted by three-way radix quicksort,
 * four octets at a time, which are cached beside the permutation.
 */
export class NameSorter {
  length = 0;
  #keys: Uint8Array;
  #end = 0;
  #ends: Int32Array;
  #permutation: Int32Array = new Int32Array(0);
  #cache: Uint32Array = new Uint32Array(0);
  #random = 0x2545f491;

  constructor(names = 16) {
    this.#keys = new Uint8Array(names * 16 + 512);
    this.#ends = new Int32Array(names + 1);
  }

  push(name: Uint8Array, start: number, end: number): void {
    if (this.#end + 512 > this.#keys.length) this.#keys = widened(this.#keys, new Uint8Array(this.#keys.length * 2));
    if (this.length + 2 > this.#ends.length) this.#ends = widened(this.#ends, new Int32Array(this.#ends.length * 2));
    this.#end = writeKey(this.#keys, this.#end, name, start, end);
    this.#ends[++this.length] = this.#end;
  }

  /** Numbers of the names (0 is the first pushed) in canonical order; equal names in the order they came in. */
  sorted(): Int32Array {
    const { length } = this;
    this.#permutation = new Int32Array(length);
    for (let i = 0; i < length; i++) this.#permutation[i] = i;
    this.#cache = new Uint32Array(length);
    this.#sort(0, length, 0);
    return this.#permutation;
  }

  /** True when names `a` and `b` (numbers) are the same but for case. */
  same(a: number, b: number): boolean {
    return this.#compareFrom(a, b, 0) === 0;
  }

  #sort(from: number, to: number, depth: number): void {
    const cache = this.#cache;
    const permutation = this.#permutation;
    for (let i = from; i < to; i++) cache[i] = this.#chunk(permutation[i], depth);
    // Ranges whose cache is right for `depth`; the largest part is looped over, the others recursed into.
    while (to - from > SMALL) {
      const pivot = this.#pivot(from, to);
      let less = from;
      let greater = to;
      for (let i = from; i < greater; ) {
        const c = cache[i];
        if (c < pivot) this.#swap(i++, less++);
        else if (c > pivot) this.#swap(i, --greater);
        else i++;
      }
      const left = less - from;
      const right = to - greater;
      this.#sortEqual(less, greater, depth, pivot);
      if (left < right) {
        this.#sortCached(from, less, depth);
        from = greater;
      } else {
        this.#sortCached(greater, to, depth);
        to = less;
      }
    }
    this.#insertionSort(from, to, depth);
  }

  #sortCached(from: number, to: number, depth: number): void {
    if (to - from <= SMALL) this.#insertionSort(from, to, depth);
    else this.#sort(from, to, depth);
  }

  #sortEqual(from: number, to: number, depth: number, chunk: number): void {
    if (to - from < 2) return;
    if (chunk === 0) this.#permutation.subarray(from, to).sort();
    else this.#sort(from, to, depth + 4);
  }

  #insertionSort(from: number, to: number, depth: number): void {
    const cache = this.#cache;
    const permutation = this.#permutation;
    for (let i = from + 1; i < to; i++) {
      const chunk = cache[i];
      const name = permutation[i];
      let j = i - 1;
      while (j >= from && (cache[j] > chunk || (cache[j] === chunk && this.#after(permutation[j], name, depth + 4)))) {
        cache[j + 1] = cache[j];
        permutation[j + 1] = permutation[j];
        j--;
      }
      cache[j + 1] = chunk;
      permutation[j + 1] = name;
    }
  }

  #after(a: number, b: number, depth: number): boolean {
    const order = this.#compareFrom(a, b, depth);
    return order > 0 || (order === 0 && a > b);
  }

  #compareFrom(a: number, b: number, depth: number): number {
    const ends = this.#ends;
    const keys = this.#keys;
    const aStart = Math.min(ends[a] + depth, ends[a + 1]);
    const bStart = Math.min(ends[b] + depth, ends[b + 1]);
    return compareOctets(keys, aStart, ends[a + 1], keys, bStart, ends[b + 1]);
  }

  #chunk(name: number, depth: number): number {
    const keys = this.#keys;
    const at = this.#ends[name] + depth;
    const end = this.#ends[name + 1];
    if (at + 4 <= end) return ((keys[at] << 24) | (keys[at + 1] << 16) | (keys[at + 2] << 8) | keys[at + 3]) >>> 0;
    let chunk = 0;
    for (let i = 0; i < 4; i++) chunk = (chunk << 8) | (at + i < end ? keys[at + i] : 0);
    return chunk >>> 0;
  }

  /** Median of three at places that input cannot foresee being bad. */
  #pivot(from: number, to: number): number {
    const a = this.#cache[this.#randomIn(from, to)];
    const b = this.#cache[this.#randomIn(from, to)];
    const c = this.#cache[this.#randomIn(from, to)];
    return a < b ? (b < c ? b : Math.max(a, c)) : a < c ? a : Math.max(b, c);
  }

  #randomIn(from: number, to: number): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return from + ((x >>> 0) % (to - from));
  }

  #swap(i: number, j: number): void {
    const cache = this.#cache;
    const permutation = this.#permutation;
    const chunk = cache[i];
    const name = permutation[i];
    cache[i] = cache[j];
    permutation[i] = permutation[j];
    cache[j] = chunk;
    permutation[j] = name;
  }
}

const LABELS = new Int32Array(128);

function writeKey(keys: Uint8Array, at: number, name: Uint8Array, start: number, end: number): number {
  let labels = 0;
  for (let i = start; i < end; i += name[i] + 1) LABELS[labels++] = i;
  while (labels > 0) {
    const label = LABELS[--labels];
    const labelEnd = label + 1 + name[label];
    for (let i = label + 1; i < labelEnd; i++) {
      const c = LOWER[name[i]];
      if (c > 1) {
        keys[at++] = c;
      } else {
        keys[at++] = 1;
        keys[at++] = c + 1;
      }
    }
    keys[at++] = 0;
  }
  return at;
}

function widened<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
