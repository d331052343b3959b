import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layerIdOf, layerPath, readLayerFile, writeLayerFile } from './layer-file.ts';

const apex = name('example.test');
const file = { id: 7, apex };
let dir: string;

function layer(size: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) ^ (i >>> 8);
  return buffer;
}

function problem(wanted = file): string {
  const result = readLayerFile(dir, wanted);
  if (result.ok) throw new Error('read although damaged');
  expect(result.error.code).toBe('layer-damaged');
  expect(result.error.message).toContain(layerPath(dir, wanted.id));
  return result.error.message;
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-layer-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a layer as a file', () => {
  // Around the chunk sizes of reading (256 KiB) and writing (1 MiB).
  test.each([0, 1, 262_143, 262_144, 262_145, 1_048_576, 2_500_000])(
    '%i octets come back as they were',
    async (size) => {
      const written = layer(size);
      await writeLayerFile(dir, file, written);
      const read = readLayerFile(dir, file);
      if (!read.ok) throw new Error(read.error.message);
      expect(Buffer.from(read.value).equals(Buffer.from(written))).toBe(true);
      expect(readdirSync(dir)).toEqual(['7.layer']);
    },
  );

  test('a missing, a truncated, a lengthened and an empty file are refused', async () => {
    expect(problem()).toContain('is missing');
    await writeLayerFile(dir, file, layer(5000));
    const whole = readFileSync(layerPath(dir, 7));
    truncateSync(layerPath(dir, 7), whole.length - 1);
    expect(problem()).toContain('4999 octets of content instead of 5000');
    writeFileSync(layerPath(dir, 7), Buffer.concat([whole, Buffer.from('x')]));
    expect(problem()).toContain('5001 octets of content instead of 5000');
    truncateSync(layerPath(dir, 7), 0);
    expect(problem()).toContain('is shorter than its header');
  });

  test('a flipped bit is found wherever it is', async () => {
    await writeLayerFile(dir, file, layer(3000));
    const whole = readFileSync(layerPath(dir, 7));
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] ^= 1 << (at % 8);
      writeFileSync(layerPath(dir, 7), damaged);
      problem();
    }
  });

  test('the file of another layer or another zone is refused', async () => {
    await writeLayerFile(dir, file, layer(100));
    renameSync(layerPath(dir, 7), layerPath(dir, 8));
    expect(problem({ id: 8, apex })).toContain('another layer or zone');
    renameSync(layerPath(dir, 8), layerPath(dir, 7));
    expect(problem({ id: 7, apex: name('example.org') })).toContain('another layer or zone');
  });

  test('a write that fails leaves nothing behind', async () => {
    const gone = join(dir, 'nowhere');
    await expect(writeLayerFile(gone, file, layer(10))).rejects.toThrow('ENOENT');
    expect(readdirSync(dir)).toEqual([]);
  });

  test('only files named by us are ours', () => {
    expect(layerIdOf('12.layer')).toEqual({ id: 12, finished: true });
    expect(layerIdOf('12.layer.tmp')).toEqual({ id: 12, finished: false });
    for (const foreign of ['zones.db', 'a.layer', '12.layer.bak', '.layer', '12layer', '9999999999999999.layer'])
      expect(layerIdOf(foreign)).toBeUndefined();
  });
});
