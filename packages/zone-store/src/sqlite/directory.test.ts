import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('where no folder can be made, that is said at once', () => {
  const root = mkdtempSync(join(tmpdir(), 'zonewire-directory-'));
  writeFileSync(join(root, 'file'), '');
  for (const dir of [join(root, 'file'), join(root, 'file', 'below'), '/proc/no-folder/below'])
    expect(() => makeDirectory(dir), dir).toThrow(/ENOTDIR|EEXIST|ENOENT|EACCES|EPERM/);
  rmSync(root, { recursive: true });
});
