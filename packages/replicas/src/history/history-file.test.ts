import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { Moment } from '../model.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryEntry, type HistoryLimits } from './entries.ts';
import { HistoryFile } from './history-file.ts';

const ZONE = 'example.test.';
const NOW = Date.UTC(2026, 10, 21, 12, 0, 30);
const dir = mkdtempSync(join(tmpdir(), 'zonewire-history-'));
let files: HistoryFile[] = [];
let next = 0;

afterEach(() => {
  for (const file of files) file.close();
  files = [];
});

afterAll(() => rmSync(dir, { recursive: true }));

function open(limits: Partial<HistoryLimits> = {}, path = join(dir, `${next++}.db`)) {
  const file = new HistoryFile(path, { ...DEFAULT_HISTORY_LIMITS, ...limits });
  files.push(file);
  return { file, path };
}

const commit = (serial: number, at: number, zone = ZONE): HistoryEntry => ({ zone, serials: [serial], at });
const moment = (what: Moment, serial: number, at: number, lagMs: number, more: object = {}): HistoryEntry => ({
  zone: ZONE,
  serial,
  secondary: 'fra1',
  node: '',
  moment: what,
  at,
  lagMs,
  ...more,
});

it('times of serials survive a restart, and what comes later is added to them', () => {
  const { file, path } = open();
  file.write([commit(7, NOW), moment('notified', 7, NOW + 1, 1), moment('answered', 7, NOW + 5, 5)], NOW);
  file.close();
  files = [];
  const again = open({}, path).file;
  again.write([moment('transferred', 7, NOW + 3, 3), moment('answered', 7, NOW + 9, 9), commit(8, NOW + 10)], NOW);
  expect(again.timeline(ZONE, 10)).toEqual([
    { serial: 8, committedAt: NOW + 10, secondaries: [] },
    {
      serial: 7,
      committedAt: NOW,
      secondaries: [{ id: 'fra1', notifiedAt: NOW + 1, transferredAt: NOW + 3, answeredAt: NOW + 5, lagMs: 5 }],
    },
  ]);
  expect(again.timeline(ZONE, 1)).toHaveLength(1);
  expect(again.timeline('other.test.', 1)).toEqual([]);
});

it('one line for a secondary, and one more for each of several nodes at its address', () => {
  const { file } = open();
  const answered = (secondary: string, node: string, ms: number) =>
    moment('answered', 7, NOW + ms, ms, { secondary, node });
  file.write(
    [
      commit(7, NOW),
      ...['', 'a', 'b'].map((node) => answered('fra1', node, 5)),
      ...['', 'c'].map((node) => answered('sin1', node, 8)),
    ],
    NOW,
  );
  expect(file.timeline(ZONE, 1)[0].secondaries.map(({ id, node }) => [id, node])).toEqual([
    ['fra1', undefined],
    ['fra1', 'a'],
    ['fra1', 'b'],
    ['sin1', 'c'],
  ]);
});

it('a serial that is used again is another one from then on', () => {
  const { file } = open();
  file.write(
    [commit(7, NOW), moment('answered', 7, NOW + 5, 5), commit(7, NOW + 60), moment('answered', 7, NOW + 62, 2)],
    NOW,
  );
  expect(file.timeline(ZONE, 5).map(({ secondaries }) => secondaries[0].lagMs)).toEqual([2, 5]);
});

it('lag by minutes and by hours: count, p50, p99, longest; written in pieces as well as at once', () => {
  const { file } = open();
  for (let i = 1; i <= 100; i++)
    file.write(
      [commit(i, NOW), moment('answered', i, NOW + i, i), moment('answered', i, NOW, i, { secondary: 'sin 1' })],
      NOW,
    );
  const [bucket, other] = file.lag({ since: NOW - 60_000, now: NOW });
  expect(bucket).toMatchObject({ from: NOW - 30_000, seconds: 60, secondary: 'fra1', count: 100, max: 100 });
  expect(Math.abs(bucket.p50 - 50)).toBeLessThanOrEqual(2);
  expect(Math.abs(bucket.p99 - 99)).toBeLessThanOrEqual(4);
  expect(other).toMatchObject({ secondary: 'sin 1', count: 100 });
  expect(file.lag({ since: NOW - 86_400_000, now: NOW, secondary: 'sin 1' })).toMatchObject([
    { seconds: 3600, count: 100 },
  ]);
  const exact = { from: NOW - 30_000, seconds: 60, secondary: 'fra1', count: 100, p50: 50, p99: 99, max: 100 };
  expect(file.lag({ zone: ZONE, since: NOW - 60_000, now: NOW, secondary: 'fra1' })).toEqual([exact]);
});

it('no more rows than allowed: the oldest serials go first, and are counted', () => {
  const { file } = open({ maxRows: 100 });
  for (let i = 1; i <= 500; i++) file.write([commit(i, NOW + i), moment('answered', i, NOW + i + 1, 1)], NOW + i);
  expect(file.rows).toBeLessThanOrEqual(100);
  expect(file.rows).toBeGreaterThan(80);
  expect(file.forgotten).toBe(1000 - file.rows);
  const serials = file.timeline(ZONE, 1000).map(({ serial }) => serial);
  expect(serials[0]).toBe(500);
  expect(serials.length).toBe(file.rows / 2);
});

it('nothing older than allowed', () => {
  const { file } = open({ maxAge: 3_600_000 });
  file.write([commit(1, NOW), moment('answered', 1, NOW + 5, 5)], NOW);
  file.write([commit(2, NOW + 3_000_000)], NOW + 3_000_000);
  expect(file.timeline(ZONE, 9)).toHaveLength(2);
  file.write([], NOW + 3_600_001);
  expect(file.timeline(ZONE, 9).map(({ serial }) => serial)).toEqual([2]);
  file.write([], NOW + 9_000_000);
  expect(file.lag({ since: NOW - 86_400_000, now: NOW })).toEqual([]);
  expect(file.rows).toBe(0);
});
