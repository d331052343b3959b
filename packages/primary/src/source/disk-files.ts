import { readFileSync, type Stats, statSync } from 'node:fs';
import { copyFile, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FilePort, FileStamp } from './file-port.ts';
import { QuickStat } from './quick-stat.ts';

/** Octets gathered before they are written: lines of zone text are short. */
const CHUNK = 1 << 20;

const quickStat = new QuickStat<Stats | undefined>({
  behind: async (path) => {
    try {
      return await stat(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  here: (path) => statSync(path, { throwIfNoEntry: false }),
  elapsed: () => performance.now(),
});

export const diskFiles: FilePort = {
  onDisk: true,
  async stamp(path) {
    const stats = await quickStat.of(path);
    return stats && stampOf(path, stats);
  },
  async read(path, stamp) {
    return { stamp: stamp ?? stampOf(path, await stat(path)), content: await readFile(path) };
  },
  readSync(path) {
    const stamp = stampOf(path, statSync(path));
    return { stamp, content: readFileSync(path) };
  },
  async replace(name, content, keepAs) {
    // A link stays a link.
    const path = await realpath(name).catch(() => name);
    const before = await stat(path).catch(() => undefined);
    const temporary = `${path}.zonewire-new`;
    try {
      await writeDurably(temporary, content, before?.mode);
      if (keepAs !== undefined && before !== undefined) {
        const copy = `${keepAs}.zonewire-new`;
        await copyFile(path, copy);
        await syncFile(copy);
        await rename(copy, keepAs);
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFile(dirname(path));
  },
};

function stampOf(path: string, { size, mtimeMs, ctimeMs, ino }: Stats): FileStamp {
  return { path, size, mtimeMs, ctimeMs, inode: ino };
}

async function writeDurably(path: string, content: Iterable<string>, mode = 0o644): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.chmod(mode & 0o777);
    let gathered = '';
    for (const piece of content) {
      gathered += piece;
      if (gathered.length < CHUNK) continue;
      await file.appendFile(gathered);
      gathered = '';
    }
    await file.appendFile(gathered);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Also of a directory: only then is a rename in it durable. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
