import { LOWER } from '@zonewire/shared-protocol';
import { compareRelativeNames } from './image/relative-name.ts';

/** How an owner stands to the one before it. */
export const SAME = 0;
/** It differs in the first label only, and comes later in canonical order. */
export const NEXT_SIBLING = 1;
/** It differs in the first label only, and comes earlier. */
export const EARLIER_SIBLING = 2;
/** Anything else: a closer look is needed, also to tell whether it is the same but for case. */
export const UNRELATED = 3;

/** The owner last seen. In nearly every zone the next one is the same or its sibling, and that is found out quickly. */
export class PreviousOwner {
  /** The absolute name, ending at octet 256, so that a sibling exchanges the first label only. */
  readonly #bytes = new Uint8Array(256);
  readonly #apexLength: number;
  #start: number;

  constructor(apex: Uint8Array) {
    this.#apexLength = apex.length;
    this.#start = 256 - apex.length;
    this.#bytes.set(apex, this.#start);
  }

  name(): Uint8Array {
    return this.#bytes.slice(this.#start);
  }

  relation(owner: Uint8Array, start: number, end: number): number {
    const previous = this.#bytes;
    const first = owner[start];
    const previousAt = this.#start;
    const previousFirst = previous[previousAt];
    if (end - start - first !== 256 - previousAt - previousFirst) return UNRELATED;
    for (let i = start + first + 1, j = previousAt + previousFirst + 1; i < end; i++, j++)
      if (owner[i] !== previous[j]) return UNRELATED;
    const shorter = Math.min(first, previousFirst);
    let order = 0;
    for (let k = 1; k <= shorter; k++) {
      const a = owner[start + k];
      const b = previous[previousAt + k];
      if (a !== b) {
        order = LOWER[a] - LOWER[b];
        if (order !== 0) break;
      }
    }
    if (order === 0) order = first - previousFirst;
    if (order === 0) return SAME;
    // A sibling of the apex is outside the zone.
    if (first === 0 || first > 63 || 256 - previousAt === this.#apexLength) return UNRELATED;
    return order > 0 ? NEXT_SIBLING : EARLIER_SIBLING;
  }

  /** Canonical order of `owner[start..relativeEnd)`, relative to the apex, to the previous owner. */
  compare(owner: Uint8Array, start: number, relativeEnd: number): number {
    return compareRelativeNames(owner, start, relativeEnd, this.#bytes, this.#start, 256 - this.#apexLength);
  }

  /** Takes a sibling. */
  replaceFirstLabel(owner: Uint8Array, start: number): void {
    const previous = this.#bytes;
    const first = owner[start];
    const previousStart = this.#start + previous[this.#start] - first;
    this.#start = previousStart;
    for (let i = 0; i <= first; i++) previous[previousStart + i] = owner[start + i];
  }

  replace(owner: Uint8Array, start: number, end: number): void {
    const previous = this.#bytes;
    this.#start = 256 - (end - start);
    for (let i = start, j = this.#start; i < end; i++, j++) previous[j] = owner[i];
  }
}

/** True when `name[start..end)` is one well-formed uncompressed name. */
export function isWireName(name: Uint8Array, start: number, end: number): boolean {
  if (end - start > 255) return false;
  let at = start;
  while (at < end) {
    const length = name[at];
    if (length === 0) return at === end - 1;
    if (length > 63) return false;
    at += length + 1;
  }
  return false;
}
