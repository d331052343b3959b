import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fail, ok, type Result } from '@zonewire/shared-protocol';
import { rowChecksum } from './checksum.ts';
import type { StoredImage, StoredLayer } from './zone-state.ts';

export interface ImageFields {
  readonly position: number;
  readonly ordinal: number;
  readonly total: number;
  readonly layers: string;
  readonly crc: number;
}

/** The tables `image` and `layer`: which layers make up a zone, and the small layers themselves. */
export class ImageRows {
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #insertLayer: StatementSync;
  readonly #selectLayer: StatementSync;
  readonly #deleteLayer: StatementSync;
  readonly #layerIds: StatementSync;
  readonly #lastLayer: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO image (zone, position, ordinal, total, layers, crc) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#delete = db.prepare('DELETE FROM image WHERE zone = ?');
    this.#insertLayer = db.prepare('INSERT INTO layer (id, data, crc) VALUES (?, ?, ?)');
    this.#selectLayer = db.prepare('SELECT data, crc FROM layer WHERE id = ?');
    this.#deleteLayer = db.prepare('DELETE FROM layer WHERE id = ?');
    this.#layerIds = db.prepare('SELECT id FROM layer');
    this.#lastLayer = db.prepare('SELECT max(id) AS id FROM layer');
  }

  put(zone: number, image: StoredImage): void {
    const { position, ordinal, total } = image;
    const layers = JSON.stringify(image.layers.map(({ id, size, inFile }) => [id, size, inFile ? 1 : 0]));
    this.#put.run(zone, position, ordinal, total, layers, rowChecksum([zone, position, ordinal, total, layers]));
  }

  delete(zone: number): void {
    this.#delete.run(zone);
  }

  insertLayer(id: number, layer: SharedArrayBuffer): void {
    const data = new Uint8Array(layer);
    this.#insertLayer.run(id, data, rowChecksum([id], data));
  }

  readLayer({ id, size }: StoredLayer): Result<SharedArrayBuffer> {
    const row = this.#selectLayer.get(id) as { data: unknown; crc: unknown } | undefined;
    if (row === undefined) return fail('layer-damaged', `layer ${id} of its image is missing`);
    // Damage may have made anything of a column.
    if (!(row.data instanceof Uint8Array) || row.data.length !== size || row.crc !== rowChecksum([id], row.data))
      return fail('layer-damaged', `layer ${id} of its image does not match its checksum`);
    const layer = new SharedArrayBuffer(size);
    new Uint8Array(layer).set(row.data);
    return ok(layer);
  }

  deleteLayer(id: number): void {
    this.#deleteLayer.run(id);
  }

  lastLayerId(): number {
    return (this.#lastLayer.get() as { id: number | null }).id ?? 0;
  }

  /** Reads the whole table: for clearing up after damage. */
  layerIds(): number[] {
    return (this.#layerIds.all() as unknown as { id: number }[]).map(({ id }) => id);
  }
}

/** The image a row tells of, as far as its checksum agrees. */
export function imageOf(zone: number, row: ImageFields): StoredImage | undefined {
  const { position, ordinal, total, layers } = row;
  if (row.crc !== rowChecksum([zone, position, ordinal, total, layers])) return undefined;
  const parsed = JSON.parse(layers) as [number, number, number][];
  return { position, ordinal, total, layers: parsed.map(([id, size, inFile]) => ({ id, size, inFile: inFile === 1 })) };
}
