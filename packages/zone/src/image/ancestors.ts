import type { LayerWriter } from './layer-writer.ts';
import { compareRelativeNames } from './relative-name.ts';

/**
 * The way from the apex to the current name while names come in canonical order: the node of every ancestor.
 * Finds what a new name shares with the current one and makes the empty non-terminals in between (RFC 4592 2.2.2).
 */
export class Ancestors {
  /** By depth; 0 is the apex. */
  readonly nodes: Int32Array = new Int32Array(128);
  /** Labels of the current name. */
  depth = 0;
  readonly #starts = new Int32Array(128);
  #next = 0;

  /**
   * Prepares for the name `name[start..end)` (relative), which comes after the current one: makes its missing ancestors,
   * and tells each to `made`, in canonical order. The name's own node is given to {@link enter} then.
   * @returns false when the image would become too large.
   */
  descend(writer: LayerWriter, name: Uint8Array, start: number, end: number, made?: (node: number) => void): boolean {
    const starts = this.#starts;
    let depth = 0;
    for (let at = start; at < end; at += name[at] + 1) starts[depth++] = at;
    let common = Math.min(depth - 1, this.depth);
    for (; common > 0; common--) {
      const at = starts[depth - common];
      const node = this.nodes[common];
      const { bytes } = writer;
      const length = bytes[node];
      if (end - at === length && compareRelativeNames(name, at, end, bytes, node + 8, node + 8 + length) === 0) break;
    }
    for (let level = common + 1; level < depth; level++) {
      const at = starts[depth - level];
      if (!writer.reserve(end - at + 16)) return false;
      const node = writer.beginNode(name, at, end, 0, 0);
      writer.words[(this.nodes[level - 1] >>> 2) + 1]++;
      this.nodes[level] = node;
      made?.(node);
    }
    this.#next = depth;
    return true;
  }

  /** Makes `node` the current name, one more child of its parent. */
  enter(writer: LayerWriter, node: number): void {
    this.depth = this.#next;
    this.nodes[this.depth] = node;
    if (this.depth > 0) writer.words[(this.nodes[this.depth - 1] >>> 2) + 1]++;
  }
}
