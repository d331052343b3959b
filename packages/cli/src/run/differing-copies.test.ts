import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@zonewire/nameserver';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DifferingCopies, REMEMBERED_MOST } from './differing-copies.ts';

let folder: string;
const said: string[] = [];
const log = { warn: (_: object, message: string) => said.push(message) } as unknown as Log;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonewire-differing-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

it('what was written is read again; none where nothing was', () => {
  expect(new DifferingCopies(folder, log).read()).toEqual([]);
  const copies = [{ zone: 'a.test.', secondary: 'fra1' }];
  new DifferingCopies(folder, log).write(copies);
  expect(new DifferingCopies(folder, log).read()).toEqual(copies);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(said).toEqual([]);
});

it('so many are remembered, and no more', () => {
  const copies = new DifferingCopies(folder, log);
  copies.write(Array.from({ length: REMEMBERED_MOST + 1 }, (_, i) => ({ zone: `z${i}.`, secondary: 'fra1' })));
  expect(copies.read()).toHaveLength(REMEMBERED_MOST);
});

it('a file that is damaged, or a folder that takes none, is said and stops nothing', () => {
  writeFileSync(join(folder, 'differing-copies.json'), '[{"zone":1}]');
  expect(new DifferingCopies(folder, log).read()).toEqual([]);
  expect(said).toEqual([expect.stringContaining('cannot be read')]);
  mkdirSync(join(folder, 'differing-copies.json.new'));
  new DifferingCopies(folder, log).write([]);
  expect(said).toEqual([expect.anything(), expect.stringContaining('cannot be written')]);
});
