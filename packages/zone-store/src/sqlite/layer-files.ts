import { readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Name, Result } from '@zonewire/shared-protocol';
import { makeDirectory } from './directory.ts';
import { layerIdOf, layerPath, readLayerFile, writeLayerFile } from './layer-file.ts';

/** The directory of layer files. */
export class LayerFiles {
  readonly dir: string;
  readonly #removing = new Set<Promise<void>>();

  constructor(dataDir: string) {
    this.dir = join(dataDir, 'images');
    makeDirectory(this.dir);
  }

  write(id: number, apex: Name, layer: SharedArrayBuffer): Promise<void> {
    return writeLayerFile(this.dir, { id, apex }, layer);
  }

  read(id: number, apex: Name): Result<SharedArrayBuffer> {
    return readLayerFile(this.dir, { id, apex });
  }

  /** In the background: a file that stays behind is an orphan and goes at the next start. */
  remove(id: number): void {
    const removing = rm(layerPath(this.dir, id), { force: true })
      .catch(() => {})
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#removing);
  }

  /** Removes what a crash left: unfinished files, and finished ones no image names. Files that are not ours stay. */
  removeOrphans(named: ReadonlySet<number>): { removed: number; lastId: number } {
    let removed = 0;
    let lastId = 0;
    for (const entry of readdirSync(this.dir, { withFileTypes: true })) {
      const file = entry.name;
      const layer = entry.isFile() ? layerIdOf(file) : undefined;
      if (layer === undefined) continue;
      lastId = Math.max(lastId, layer.id);
      if (layer.finished && named.has(layer.id)) continue;
      rmSync(join(this.dir, file), { force: true });
      removed++;
    }
    return { removed, lastId };
  }
}
