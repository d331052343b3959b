import { NODE_TOMBSTONE } from './image.ts';
import type { Layer } from './layer.ts';

/** A node and the layer it lies in; filled again and again by its owner. */
export class NodeRef {
  layer!: Layer;
  node = 0;
}

/** The layers of one version, newest first. */
export class Stack {
  readonly layers: readonly Layer[];
  readonly seed: number;

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
    this.seed = layers[0].seed;
  }

  get base(): Layer {
    return this.layers[this.layers.length - 1];
  }

  /** Finds the relative name `name[start..end)` with its hash (see hashName) in the newest layer that knows it. */
  find(hash: number, name: Uint8Array, start: number, end: number, out: NodeRef): boolean {
    const { layers } = this;
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i];
      const node = layer.find(hash, name, start, end);
      if (node === 0) continue;
      if ((layer.words[node >>> 2] & NODE_TOMBSTONE) !== 0) return false;
      out.layer = layer;
      out.node = node;
      return true;
    }
    return false;
  }
}
