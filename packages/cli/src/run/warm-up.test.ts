import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { warmUp } from './warm-up.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'zonewire-warm-up-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

it('carries its changes from primary to secondary, and leaves nothing behind', async () => {
  expect(await warmUp({ dataDir, changes: 20, stopped: () => false })).toBe(20);
  expect(readdirSync(dataDir)).toEqual([]);
});

it('ends at once when the node stops', async () => {
  let asked = 0;
  expect(await warmUp({ dataDir, changes: 1_000, stopped: () => ++asked > 30 })).toBeLessThan(30);
  expect(existsSync(join(dataDir, 'warm-up'))).toBe(false);
});
