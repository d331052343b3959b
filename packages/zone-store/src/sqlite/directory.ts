import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Makes `dir` and what is missing above it, so that all of it survives a power cut. Throws. */
export function makeDirectory(dir: string): void {
  make(resolve(dir));
}

/** Not by `recursive`, which tries for ever where a folder cannot be made in one that is there (/proc). */
function make(dir: string): void {
  if (isFolder(dir)) return;
  const above = dirname(dir);
  if (above !== dir) make(above);
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another process was as quick.
    if (!isFolder(dir)) throw error;
  }
  syncDirectorySync(above);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Makes renames and new files of `dir` survive a power cut. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function syncDirectorySync(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
