import type { Name, Result } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { LAYER_FILE_BYTES } from './image-policy.ts';
import type { ImageRows } from './image-rows.ts';
import type { LayerFiles } from './layer-files.ts';
import type { HistoryMark, StoredLayer, ZoneState } from './zone-state.ts';

/** What storing a version would take. */
export interface ImagePlan {
  /** Octets of layers not on disk yet. */
  readonly newBytes: number;
  /** Those of them that must be written as files first. */
  readonly missingFiles: readonly SharedArrayBuffer[];
}

/** Files written ahead of the transaction that names them. */
export type PreparedFiles = ReadonlyMap<SharedArrayBuffer, StoredLayer>;

/**
 * Layers and where they are on disk. Versions share their layers by identity, so a layer already on disk is not written
 * again: after a small change to a zone of a million records its image costs the overlays, never the base.
 */
export class ImageLayers {
  readonly #rows: ImageRows;
  readonly #files: LayerFiles;
  readonly #known = new WeakMap<SharedArrayBuffer, StoredLayer>();
  #lastId: number;

  constructor(rows: ImageRows, files: LayerFiles, lastId: number) {
    this.#rows = rows;
    this.#files = files;
    this.#lastId = lastId;
  }

  plan(state: ZoneState | undefined, version: ZoneVersion): ImagePlan {
    let newBytes = 0;
    const missingFiles: SharedArrayBuffer[] = [];
    for (const layer of version.layers) {
      if (this.#stored(state, layer) !== undefined) continue;
      newBytes += layer.byteLength;
      if (layer.byteLength >= LAYER_FILE_BYTES) missingFiles.push(layer);
    }
    return { newBytes, missingFiles };
  }

  /** Writes the large layers that are missing; throws when the disk does not take them, and leaves none then. */
  async prepare(apex: Name, missing: readonly SharedArrayBuffer[]): Promise<PreparedFiles> {
    const prepared = new Map<SharedArrayBuffer, StoredLayer>();
    try {
      for (const layer of missing) {
        const id = ++this.#lastId;
        await this.#files.write(id, apex, layer);
        prepared.set(layer, { id, size: layer.byteLength, inFile: true });
      }
    } catch (cause) {
      this.discard(prepared);
      throw cause;
    }
    return prepared;
  }

  /** Removes files no image came to name. */
  discard(prepared: PreparedFiles): void {
    for (const { id } of prepared.values()) this.#files.remove(id);
  }

  /**
   * Inside a transaction: makes `version` the zone's image. `at` is where in the history it stands.
   * @returns the new state, and the files to remove once the transaction is stored, not earlier.
   */
  replace(
    state: ZoneState,
    version: ZoneVersion,
    at: HistoryMark,
    prepared?: PreparedFiles,
  ): { state: ZoneState; bytes: number; superseded: readonly number[] } {
    let bytes = 0;
    const layers = version.layers.map((layer) => {
      const stored = this.#stored(state, layer);
      if (stored !== undefined) return stored;
      bytes += layer.byteLength;
      const next = prepared?.get(layer) ?? this.#insert(layer);
      this.#known.set(layer, next);
      return next;
    });
    const kept = new Set(layers.map(({ id }) => id));
    const superseded = this.deleteRows(state, kept);
    // A layer may have come to disk by another image while its file was prepared.
    for (const { id } of prepared?.values() ?? []) if (!kept.has(id)) superseded.push(id);
    const { position, ordinal, total } = at;
    const image = { position, ordinal, total, layers };
    this.#rows.put(state.id, image);
    return { state: { ...state, image, damage: undefined }, bytes, superseded };
  }

  /** Inside a transaction: deletes the zone's layer rows but `kept`. Returns the ids of files to remove once it is stored. */
  deleteRows(state: ZoneState, kept: ReadonlySet<number>): number[] {
    const files: number[] = [];
    for (const { id, inFile } of state.image?.layers ?? []) {
      if (kept.has(id)) continue;
      if (inFile) files.push(id);
      else this.#rows.deleteLayer(id);
    }
    return files;
  }

  removeFiles(ids: readonly number[]): void {
    for (const id of ids) this.#files.remove(id);
  }

  /** Resolves when the files to be removed are gone. */
  settled(): Promise<void> {
    return this.#files.settled();
  }

  /** Reads and verifies a layer, and remembers where it is. */
  read(layer: StoredLayer, apex: Name): Result<SharedArrayBuffer> {
    const read = layer.inFile ? this.#files.read(layer.id, apex) : this.#rows.readLayer(layer);
    if (read.ok) this.#known.set(read.value, layer);
    return read;
  }

  /** Inside a transaction: deletes the layer rows that no zone names (what a damaged image row left behind). */
  sweep(states: Iterable<ZoneState>): void {
    const named = new Set<number>();
    for (const { image } of states) for (const { id } of image?.layers ?? []) named.add(id);
    for (const id of this.#rows.layerIds()) if (!named.has(id)) this.#rows.deleteLayer(id);
  }

  /** The layer's place on disk, when the zone's image on disk names it. */
  #stored(state: ZoneState | undefined, layer: SharedArrayBuffer): StoredLayer | undefined {
    const known = this.#known.get(layer);
    return known !== undefined && state?.image?.layers.some(({ id }) => id === known.id) ? known : undefined;
  }

  #insert(layer: SharedArrayBuffer): StoredLayer {
    const id = ++this.#lastId;
    this.#rows.insertLayer(id, layer);
    return { id, size: layer.byteLength, inFile: false };
  }
}
