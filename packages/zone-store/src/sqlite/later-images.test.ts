import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { afterEach, expect, test, vi } from 'vitest';
import { zoneHistory } from '../zone-fixture.ts';
import { openDatabase } from './database.ts';
import { BEHIND_CHANGE, CHANGE_AWAITED, IMAGE_PAUSE, LaterImages } from './later-images.ts';
import { SqliteZoneStore } from './sqlite-store.ts';
import type { ZoneState } from './zone-state.ts';

afterEach(() => vi.useRealTimers());

test('one image for all changes of a zone in a while, the newest; many zones in turns; what is left at the end at once', () => {
  vi.useFakeTimers();
  const written: [string, number][] = [];
  const images = new LaterImages((key, at) => written.push([key, at.ordinal]));
  const put = (key: string, ordinal: number) => images.put(key, { ordinal } as ZoneState, {} as ZoneVersion);
  for (let ordinal = 1; ordinal <= 5; ordinal++) put('a', ordinal);
  put('b', 1);
  vi.advanceTimersByTime(IMAGE_PAUSE + CHANGE_AWAITED - 1);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual([
    ['a', 5],
    ['b', 1],
  ]);
  for (let i = 0; i < 100; i++) put(`zone${i}`, 1);
  vi.advanceTimersByTime(IMAGE_PAUSE + CHANGE_AWAITED);
  expect(written.length).toBe(2 + 64);
  vi.advanceTimersByTime(20);
  expect(written.length).toBe(2 + 100);
  put('c', 7);
  images.flush();
  expect(written.at(-1)).toEqual(['c', 7]);
  expect(vi.getTimerCount()).toBe(0);
});

test('where changes come at a steady rate the image is written behind one, not on the way of the next', () => {
  vi.useFakeTimers();
  const written: number[] = [];
  const images = new LaterImages((_key, at) => written.push(at.ordinal));
  const put = (ordinal: number) => images.put('a', { ordinal } as ZoneState, {} as ZoneVersion);
  const EVERY = 100;
  // The 11th change comes at the very time at which the pause after the first is over.
  for (let ordinal = 1; ordinal <= IMAGE_PAUSE / EVERY; ordinal++) {
    put(ordinal);
    vi.advanceTimersByTime(EVERY);
  }
  expect(written).toEqual([]);
  put(11);
  vi.advanceTimersByTime(BEHIND_CHANGE - 1);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual([11]);
  expect(vi.getTimerCount()).toBe(0);
});

test('changes of a small zone write their diffs only; the image is up to date when the store is closed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'zonewire-later-'));
  try {
    const apex = name('example.test');
    const db = openDatabase(dir);
    const store = new SqliteZoneStore(dir, db);
    const history = zoneHistory(apex, 1);
    await store.commitImage(apex, history.version);
    const imagePosition = () => db.prepare('SELECT position FROM image').get()?.position;
    const stored = imagePosition();
    for (let i = 0; i < 20; i++) {
      const { diff, version } = history.next();
      await store.commitDiff(apex, diff, version);
    }
    // On a machine that is busy elsewhere for so long, the pause is over before.
    if (store.stats.imagesWritten === 1) expect(imagePosition()).toBe(stored);
    expect(store.stats.imagesWritten).toBeLessThan(20);
    await store.close();
    const reopened = openDatabase(dir);
    expect(reopened.prepare('SELECT position FROM image').get()).toEqual({ position: 21 });
    reopened.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
