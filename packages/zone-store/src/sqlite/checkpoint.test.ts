import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHECKPOINT_PAGES, Checkpoint } from './checkpoint.ts';
import { openDatabase } from './database.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-checkpoint-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const turn = () => new Promise((resolve) => setImmediate(resolve));
const walPages = () => statSync(join(dir, 'zones.db-wal')).size / 4120;

test('the write-ahead log does not grow without end, and is moved only when it has grown', async () => {
  const db = openDatabase(dir);
  const checkpoint = new Checkpoint(db);
  const insert = db.prepare('INSERT OR REPLACE INTO layer VALUES (?, zeroblob(400000), 0)');
  for (let round = 0; round < 40; round++) {
    insert.run(round % 3);
    checkpoint.committed(400_000);
    await turn();
    await turn();
    if (round === 3) expect(checkpoint.count).toBe(0);
  }
  expect(checkpoint.count).toBeGreaterThanOrEqual(3);
  expect(checkpoint.count).toBeLessThanOrEqual(5);
  expect(walPages()).toBeLessThan(CHECKPOINT_PAGES + 200);
  db.close();
});

test('a checkpoint that is due does not run once the database is closing', async () => {
  const db = openDatabase(dir);
  const checkpoint = new Checkpoint(db);
  db.exec(`INSERT INTO layer VALUES (1, zeroblob(${CHECKPOINT_PAGES * 4200}), 0)`);
  checkpoint.committed(400_000);
  checkpoint.cancel();
  db.close();
  await turn();
  expect(checkpoint.count).toBe(0);
});
