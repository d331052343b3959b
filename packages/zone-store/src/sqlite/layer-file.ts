import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { fail, type Name, namesEqual, ok, type Result } from '@zonewire/shared-protocol';
import { syncDirectory } from './directory.ts';

/**
 * A large layer as a file: a header of 512 octets, then the layer's octets as they are in memory.
 *
 * ```
 *  0  "ZWLAYER\n"        16  id of the layer (u64)     32  CRC-32 of the content   40  length of the apex
 *  8  format (u32)       24  octets of content (u64)   36  (zero)                  41  apex, wire form
 * 508 CRC-32 of the 508 octets before it                                           little-endian throughout
 * ```
 *
 * CRC-32 is there to find damage, not attackers; it costs 20 ms for 58 MB where SHA-256 costs 39 to 150.
 */
const HEADER = 512;
const MAGIC = 0x0a524559_414c575an;
const FORMAT = 1;
/** Octets handled at a time, writing: the event loop turns in between. */
const WRITE_CHUNK = 1024 * 1024;
/**
 * Octets handled at a time, reading. Not read straight into the SharedArrayBuffer: the kernel faults its fresh pages in
 * one by one while copying, 250 ms for 58 MB where the detour through a small warm buffer takes 40 (bench/load-large.ts).
 */
const READ_CHUNK = 256 * 1024;

export interface LayerFile {
  readonly id: number;
  readonly apex: Name;
}

/** The file of layer `id`, in the directory `images`. */
export function layerPath(images: string, id: number): string {
  return join(images, `${id}.layer`);
}

/** The id in a file name of ours (finished or `.tmp`), `undefined` for files that are not. */
export function layerIdOf(file: string): { id: number; finished: boolean } | undefined {
  const match = /^(\d{1,15})\.layer(\.tmp)?$/.exec(file);
  return match ? { id: Number(match[1]), finished: match[2] === undefined } : undefined;
}

/** Writes the layer so that after a crash at any moment either the whole file is there under its name, or none. Throws. */
export async function writeLayerFile(images: string, file: LayerFile, layer: SharedArrayBuffer): Promise<void> {
  const path = layerPath(images, file.id);
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await writeContent(handle, file, new Uint8Array(layer));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncDirectory(images);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  }
}

async function writeContent(handle: FileHandle, file: LayerFile, content: Uint8Array): Promise<void> {
  let crc = 0;
  for (let at = 0; at < content.length; at += WRITE_CHUNK) {
    const chunk = content.subarray(at, at + WRITE_CHUNK);
    crc = crc32(chunk, crc);
    await writeAll(handle, chunk, HEADER + at);
  }
  await writeAll(handle, encodeHeader(file, content.length, crc), 0);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

function encodeHeader(file: LayerFile, size: number, crc: number): Uint8Array {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(8, FORMAT, true);
  view.setBigUint64(16, BigInt(file.id), true);
  view.setBigUint64(24, BigInt(size), true);
  view.setUint32(32, crc, true);
  header[40] = file.apex.length;
  header.set(file.apex, 41);
  view.setUint32(HEADER - 4, crc32(header.subarray(0, HEADER - 4)), true);
  return header;
}

/** Reads and verifies; the problem says what is wrong with which file. */
export function readLayerFile(images: string, file: LayerFile): Result<SharedArrayBuffer> {
  const path = layerPath(images, file.id);
  const damaged = (what: string) => fail('layer-damaged', `${path} ${what}`);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return damaged(code === 'ENOENT' ? 'is missing' : `cannot be opened: ${message}`);
  }
  try {
    const buffer = Buffer.alloc(HEADER);
    const size = fstatSync(fd).size;
    if (size < HEADER || readSync(fd, buffer, 0, HEADER, 0) < HEADER) return damaged('is shorter than its header');
    const header = new DataView(buffer.buffer, buffer.byteOffset, HEADER);
    if (header.getBigUint64(0, true) !== MAGIC) return damaged('does not start as a layer of a zone');
    if (header.getUint32(HEADER - 4, true) !== crc32(buffer.subarray(0, HEADER - 4)))
      return damaged('has a damaged header');
    if (header.getUint32(8, true) !== FORMAT) return damaged(`has the unknown format ${header.getUint32(8, true)}`);
    const apex = buffer.subarray(41, 41 + buffer[40]);
    if (header.getBigUint64(16, true) !== BigInt(file.id) || !namesEqual(apex, file.apex))
      return damaged('belongs to another layer or zone');
    const length = Number(header.getBigUint64(24, true));
    if (length !== size - HEADER) return damaged(`has ${size - HEADER} octets of content instead of ${length}`);
    return readContent(fd, length, header.getUint32(32, true)) ?? damaged('has damaged content');
  } catch (cause) {
    return damaged(`cannot be read: ${(cause as Error).message}`);
  } finally {
    closeSync(fd);
  }
}

/** Straight into its place; summed up while it is still in the processor's cache. */
function readContent(fd: number, length: number, expected: number): Result<SharedArrayBuffer> | undefined {
  const layer = new SharedArrayBuffer(length);
  const content = new Uint8Array(layer);
  let crc = 0;
  for (let at = 0; at < length; ) {
    const count = readSync(fd, content, at, Math.min(READ_CHUNK, length - at), HEADER + at);
    if (count === 0) return undefined;
    crc = crc32(content.subarray(at, at + count), crc);
    at += count;
  }
  return crc === expected ? ok(layer) : undefined;
}
