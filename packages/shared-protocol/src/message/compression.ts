import { LOWER } from '../name/name.ts';

/** Names above this offset cannot be pointed at (RFC 1035 4.1.4: 14 bits). */
const POINTER_REACH = 0x4000;
/** Suffixes remembered per message. A full table costs compression, never correctness. */
const CAPACITY = 2048;
const BUCKETS = 1024;
/** Entries looked at per label: names that collide on purpose cost compression, not time. */
const MAX_PROBES = 16;

/**
 * Names already in the message, as a tree: an entry is one label that stands at an offset, and its parent is the entry of
 * the rest of the name (0 is the root). Looked up from the right, label by label, through a hash of (parent, label).
 *
 * Nothing is allocated after construction. Forgetting a message is one generation count; taking back the newest entries
 * (a record that did not fit) unlinks them in reverse order.
 */
export class CompressionTable {
  /** Bucket heads: generation in the upper 16 bits, entry in the lower. */
  readonly #heads = new Uint32Array(BUCKETS);
  readonly #offsets = new Uint16Array(CAPACITY);
  readonly #parents = new Uint16Array(CAPACITY);
  readonly #nexts = new Uint16Array(CAPACITY);
  readonly #buckets = new Uint16Array(CAPACITY);
  /** 1: may be pointed at by a name that differs in case (the question's). */
  readonly #anyCase = new Uint8Array(CAPACITY);
  /** Starts of the labels of the name at hand. */
  readonly #labels = new Uint8Array(128);
  /** Bucket of what {@link #find} looked for last. */
  #bucket = 0;
  #generation = 0;
  #count = 1;

  /** Forgets everything. */
  reset(): void {
    this.#count = 1;
    this.#generation = (this.#generation + 1) & 0xffff;
    if (this.#generation === 0) {
      this.#heads.fill(0);
      this.#generation = 1;
    }
  }

  /** Forgets the names that stand at `length` or behind it. */
  truncate(length: number): void {
    while (this.#count > 1 && this.#offsets[this.#count - 1] >= length) {
      this.#count--;
      this.#heads[this.#buckets[this.#count]] = (this.#generation << 16) | this.#nexts[this.#count];
    }
  }

  /**
   * Writes the uncompressed name at `name[start..end)` into `out` at `at`, as short as the names before allow, and
   * remembers its labels.
   * @param anyCase the name may be pointed at by later names that differ in case only.
   * @returns the offset behind it; -1 (nothing remembered) when it would pass `limit`, -2 when `name[start..end)` is not
   * exactly one uncompressed name.
   */
  write(
    name: Uint8Array,
    start: number,
    end: number,
    out: Uint8Array,
    at: number,
    limit: number,
    anyCase: boolean,
  ): number {
    const labels = this.#labels;
    let count = 0;
    let i = start;
    while (i < end && name[i] !== 0) {
      if (name[i] > 63 || count === 127) return -2;
      labels[count++] = i - start;
      i += name[i] + 1;
    }
    if (i !== end - 1 || end - start > 255) return -2;

    let parent = 0;
    let left = count;
    while (left > 0) {
      const found = this.#find(parent, name, start + labels[left - 1], out);
      if (found === 0) break;
      parent = found;
      left--;
    }
    const literalEnd = left === count ? end - 1 : start + labels[left];
    const next = at + (literalEnd - start) + (parent === 0 ? 1 : 2);
    if (next > limit) return -1;

    let to = at;
    for (let from = start; from < literalEnd; from++) out[to++] = name[from];
    if (parent === 0) {
      out[to] = 0;
    } else {
      const target = this.#offsets[parent];
      out[to] = 0xc0 | (target >>> 8);
      out[to + 1] = target;
    }
    // The label that was not found goes where it was looked for.
    let bucket = this.#bucket;
    for (left--; left >= 0; left--) {
      const offset = at + labels[left];
      if (offset >= POINTER_REACH || this.#count === CAPACITY) break;
      parent = this.#insert(bucket, parent, offset, anyCase);
      if (left > 0) bucket = hashLabel(parent, name, start + labels[left - 1]);
    }
    return next;
  }

  #find(parent: number, name: Uint8Array, at: number, out: Uint8Array): number {
    const bucket = hashLabel(parent, name, at);
    this.#bucket = bucket;
    const head = this.#heads[bucket];
    if (head >>> 16 !== this.#generation) return 0;
    let entry = head & 0xffff;
    for (let probes = MAX_PROBES; entry !== 0 && probes > 0; probes--) {
      if (this.#parents[entry] === parent && sameLabel(name, at, out, this.#offsets[entry], this.#anyCase[entry] === 1))
        return entry;
      entry = this.#nexts[entry];
    }
    return 0;
  }

  #insert(bucket: number, parent: number, offset: number, anyCase: boolean): number {
    const head = this.#heads[bucket];
    const entry = this.#count++;
    this.#offsets[entry] = offset;
    this.#parents[entry] = parent;
    this.#buckets[entry] = bucket;
    this.#nexts[entry] = head >>> 16 === this.#generation ? head & 0xffff : 0;
    this.#anyCase[entry] = anyCase ? 1 : 0;
    this.#heads[bucket] = (this.#generation << 16) | entry;
    return entry;
  }
}

function hashLabel(parent: number, name: Uint8Array, at: number): number {
  let hash = Math.imul(parent + 1, 0x9e3779b1);
  for (let end = at + name[at]; at <= end; at++) hash = Math.imul(hash ^ LOWER[name[at]], 0x01000193);
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}

function sameLabel(a: Uint8Array, ai: number, b: Uint8Array, bi: number, anyCase: boolean): boolean {
  const end = ai + a[ai];
  for (; ai <= end; ai++, bi++) if (a[ai] !== b[bi] && (!anyCase || LOWER[a[ai]] !== LOWER[b[bi]])) return false;
  return true;
}
