import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { zoneStoreSuite } from '../zone-store-suite.ts';
import { openZoneStore } from './sqlite-store.ts';

let root: string;
let dir: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'zonewire-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

zoneStoreSuite(
  'sqlite',
  () => {
    dir = join(root, `${++count}`);
    return openZoneStore({ dir });
  },
  async (store) => {
    await store.close();
    return openZoneStore({ dir });
  },
);
