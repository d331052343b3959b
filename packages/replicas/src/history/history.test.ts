import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, silentLog, systemClock } from '@zonewire/nameserver';
import { afterAll, expect, it } from 'vitest';
import { History, MAX_WAITING } from './history.ts';

const ZONE = 'example.test.';
const dir = mkdtempSync(join(tmpdir(), 'zonewire-history-'));

afterAll(() => rmSync(dir, { recursive: true }));

function logged() {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (_fields, message) => errors.push(message) };
  return { errors, log };
}

it('keeps what happens, by a thread, and has it after a restart', async () => {
  const path = join(dir, 'kept.db');
  const first = new History({ path, clock: systemClock, log: silentLog });
  const at = Date.now();
  first.take({ kind: 'committed', zone: ZONE, serial: 8, serials: [7, 8], at });
  const about = { zone: ZONE, secondary: 'fra1', source: 'probe', serial: 8 } as const;
  first.take({ kind: 'moment', moment: 'answered', ...about, node: 'a', at: at + 4, lagMs: 4 });
  await first.close();
  const second = new History({ path, clock: systemClock, log: silentLog });
  const [newest, older] = await second.timeline(ZONE, 10);
  expect(newest).toEqual({
    serial: 8,
    committedAt: at,
    // As before the restart: one node at an address is no line of its own.
    secondaries: [{ id: 'fra1', node: 'a', answeredAt: at + 4, lagMs: 4 }],
  });
  expect(older.serial).toBe(7);
  expect(await second.lag({ since: at - 60_000 })).toMatchObject([{ secondary: 'fra1', count: 1, max: 4 }]);
  await second.close();
});

it('a correction takes the place of what it corrects, also after that was written', async () => {
  const history = new History({ path: join(dir, 'corrected.db'), clock: systemClock, log: silentLog });
  const at = Date.now();
  const answered = (serial: number, lagMs: number, corrected?: true) =>
    history.take({
      kind: 'moment',
      moment: 'answered',
      zone: ZONE,
      secondary: 'fra1',
      source: corrected ? 'receipt' : 'probe',
      serial,
      at: at + lagMs,
      lagMs,
      ...(corrected && { corrected }),
    });
  const lags = async () => (await history.timeline(ZONE, 10)).map(({ secondaries }) => secondaries[0]?.lagMs);
  const lag = () => history.lag({ since: at - 60_000 });
  history.take({ kind: 'committed', zone: ZONE, serial: 8, serials: [7, 8], at });
  answered(7, 40);
  answered(8, 50);
  answered(7, 20, true);
  expect(await lags()).toEqual([50, 20]);
  expect(await lag()).toMatchObject([{ count: 2, max: 50 }]);
  answered(8, 30, true);
  expect(await lags()).toEqual([30, 20]);
  expect(await lag()).toMatchObject([{ count: 2, max: 50 }]);
  await history.close();
});

it('a damaged file ends the history: said once, with the file and what to do, and everything asked is answered', async () => {
  const path = join(dir, 'damaged.db');
  writeFileSync(path, 'this is no database, and long enough to be looked at as one'.repeat(100));
  const { errors, log } = logged();
  const history = new History({ path, clock: systemClock, log });
  history.take({ kind: 'committed', zone: ZONE, serial: 8, serials: [8], at: 1 });
  expect(await history.timeline(ZONE, 10)).toEqual([]);
  history.take({ kind: 'committed', zone: ZONE, serial: 9, serials: [9], at: 2 });
  expect(await history.lag({ since: 0 })).toEqual([]);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/not a database.*move .*damaged\.db away/);
  expect(history.counters.stopped).toBe(1);
  await history.close();
});

it('a folder that cannot be written, too', async () => {
  const { errors, log } = logged();
  const history = new History({ path: join(dir, 'nowhere', 'x.db'), clock: systemClock, log });
  expect(await history.timeline(ZONE, 10)).toEqual([]);
  expect(errors).toHaveLength(1);
  await history.close();
});

it('more than can wait is left out and counted; with no rows allowed nothing is kept, nor a thread started', async () => {
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
  const history = new History({ path: join(dir, 'flood.db'), clock, log: silentLog });
  for (let i = 0; i < MAX_WAITING + 5; i++)
    history.take({ kind: 'committed', zone: ZONE, serial: i, serials: [], at: 1 });
  expect(history.counters.dropped).toBe(5);
  const off = new History({ path: join(dir, 'off.db'), clock, log: silentLog, limits: { maxRows: 0 } });
  off.take({ kind: 'committed', zone: ZONE, serial: 1, serials: [1], at: 1 });
  expect(await off.timeline(ZONE, 1)).toEqual([]);
  await off.close();
  await history.close();
});
