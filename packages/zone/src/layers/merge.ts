import { CanonicalWalk } from '../image/canonical-walk.ts';
import { H } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';
import { LayerWriter } from '../image/layer-writer.ts';
import { nodeEnd } from '../image/node.ts';

/**
 * One layer with the content of several that lie directly upon each other, newest first. With the base among them the result
 * is a base, and tombstones have done their work; else it is an overlay.
 * @returns undefined when the image would become too large.
 */
export function mergeLayers(layers: readonly Layer[]): SharedArrayBuffer | undefined {
  const newest = layers[0];
  const overlay = layers[layers.length - 1].isOverlay;
  const writer = new LayerWriter(layers[layers.length - 1].apex(), newest.seed);
  const walk = new CanonicalWalk(layers, { tombstones: overlay });
  while (walk.next()) {
    const { bytes, words } = walk.layer;
    if (writer.copyNode(words, walk.node, nodeEnd(bytes, words, walk.node)) === 0) return undefined;
  }
  const { words } = newest;
  return writer.finish({
    order: writer.nodes,
    overlay,
    records: words[H.records],
    names: words[H.names],
    reseed: false,
  });
}
