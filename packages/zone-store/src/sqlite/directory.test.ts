import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory } from './directory.ts';

test('a directory is made with what is missing above it; one that is there is no error; relative paths work', () => {
  const root = mkdtempSync(join(tmpdir(), 'zonewire-directory-'));
  for (const dir of [join(root, 'a', 'b', 'c'), join(root, 'a'), relative(process.cwd(), join(root, 'x', 'y'))]) {
    makeDirectory(dir);
    expect(existsSync(dir)).toBe(true);
    makeDirectory(dir);
  }
  rmSync(root, { recursive: true });
});
