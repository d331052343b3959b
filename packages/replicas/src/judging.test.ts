import { type Remote, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { JUDGING } from './judging.ts';
import { Replicas } from './replicas.ts';

const ZONES = Array.from({ length: 1_000 }, (_, i) => `z${i}.test.`);
const FRA1: Remote = { id: 'fra1', addresses: [{ host: '192.0.2.1', port: 53 }] };
const DAY = 86_400;

/** A thousand zones, all at fra1 with serial 1. `judged` counts verdicts over a secondary that lacks something. */
function watched(clock: FakeClock, later?: (call: () => void) => void) {
  const replicas = new Replicas({ clock, log: silentLog, lag: () => [], ...(later && { later }) });
  const judged = { count: 0 };
  const asks = replicas.peers.asks.bind(replicas.peers);
  replicas.peers.asks = (zone) => {
    judged.count++;
    return asks(zone);
  };
  for (const zone of ZONES) {
    replicas.watching(zone, [FRA1], { serial: 1, expire: DAY });
    replicas.answered(zone, 'fra1', { serial: 1, at: clock.now(), askedAt: clock.now() });
  }
  const health = () => replicas.totals()[0].health;
  return { replicas, judged, health };
}

it('a secondary that stays behind with a thousand zones is judged seldom, and yet called behind after a second', async () => {
  const clock = new FakeClock();
  const { replicas, judged, health } = watched(clock);
  for (const zone of ZONES) replicas.committed(zone, 2, [2], clock.now(), DAY);
  await clock.advance(1_000);
  expect(health()['in-sync']).toBe(1_000);
  await clock.advance(JUDGING.every);
  expect(health().behind).toBe(1_000);
  await clock.advance(60_000 - 1_000 - JUDGING.every);
  // At 1, 2 and 4 s, when verdict or reason may be others, then every 10 s.
  expect(judged.count / ZONES.length).toBeGreaterThan(5);
  expect(judged.count / ZONES.length).toBeLessThan(12);
});

it('an expiry is told at its marks although nothing happens (RFC 1035 3.3.13)', async () => {
  const clock = new FakeClock();
  const { replicas } = watched(clock);
  const told: [number, string][] = [];
  const start = clock.now();
  replicas.events((event) => {
    if (event.kind === 'health' && event.zone === ZONES[0]) told.push([event.at - start, event.to.state]);
  });
  replicas.committed(ZONES[0], 2, [2], start, 100);
  replicas.answered(ZONES[0], 'fra1', { serial: 1, at: start, askedAt: start, expireIn: 100 });
  for (let i = 0; i < 2; i++)
    replicas.probeFailed(ZONES[0], 'fra1', { at: start + 1, cause: 'silence', reason: 'no answer' });
  await clock.advance(102_000);
  expect(told.map(([, state]) => state)).toEqual(['unreachable', 'expiring', 'expiring', 'expiring', 'expired']);
  for (const [i, seconds] of [50, 75, 90, 100].entries()) {
    expect(told[i + 1][0]).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(told[i + 1][0]).toBeLessThanOrEqual(seconds * 1_000 + JUDGING.every);
  }
});

it('a clock that was set back hides nothing', async () => {
  const clock = new FakeClock();
  const { replicas, judged } = watched(clock);
  replicas.committed(ZONES[0], 2, [2], clock.now() + 3_600_000, DAY);
  await clock.advance(JUDGING.every);
  expect(judged.count).toBeGreaterThan(0);
});

it('what a thousand zones tell at once is judged some at a time, and others have their turn', () => {
  const waiting: (() => void)[] = [];
  const clock = new FakeClock();
  const { health } = watched(clock, (call) => waiting.push(call));
  const inSync: number[] = [];
  for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
    call();
    inSync.push(health()['in-sync']);
  }
  expect(inSync).toEqual(Array.from({ length: 1_000 / JUDGING.atOnce }, (_, i) => (i + 1) * JUDGING.atOnce));
});
