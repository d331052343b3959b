import { type LagFigures, type Remote, type ReplicaLag, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { PairFigures } from './model.ts';
import { Replicas } from './replicas.ts';

const START = new FakeClock().now();
const remote = (id: string): Remote => ({ id, addresses: [{ host: '192.0.2.1', port: 53 }] });
const lag = (id: string, more: Partial<ReplicaLag>): ReplicaLag => ({
  id,
  address: '192.0.2.1:53',
  attempts: 0,
  state: 'unknown',
  ...more,
});

/** Of one zone, as its announcer has it. */
const LAGS: readonly ReplicaLag[] = [
  lag('probed', { state: 'in-sync', servedAt: START + 30, lagMs: 30, serialsBehind: 0 }),
  lag('told', { state: 'in-sync', servedAt: START + 30, lagMs: 30, serialsBehind: 0 }),
  lag('behind', { state: 'behind', lagMs: 4_000, serialsBehind: 1 }),
  lag('silent', { state: 'unreachable', lagMs: 4_000, serialsBehind: 1 }),
  lag('never', {}),
];

function numbersOf({ state, servedAt, committedAt, lagMs, serialsBehind }: ReplicaLag): LagFigures {
  const number = (value: number | undefined) => value ?? Number.NaN;
  return {
    state,
    servedAt: number(servedAt),
    committedAt: number(committedAt),
    lagMs: number(lagMs),
    serialsBehind: number(serialsBehind),
  };
}

it('the figures of every zone and secondary are the numbers of its view', async () => {
  const clock = new FakeClock();
  const replicas = new Replicas({ clock, log: silentLog, lag: () => LAGS });
  const zones = ['a.test.', 'b.test.'];
  for (const zone of zones) {
    const about = { zone, serial: 42 };
    replicas.watching(
      zone,
      LAGS.map(({ id }) => remote(id)),
      { serial: 41, expire: 100 },
    );
    replicas.committed(zone, 42, [42], START, 100);
    for (const secondary of ['probed', 'told'])
      replicas.answered(zone, secondary, { serial: 42, at: START + 30, askedAt: START + 20 });
    replicas.moment('answered', { ...about, secondary: 'told', at: START + 17, source: 'receipt' });
    replicas.answered(zone, 'behind', { serial: 41, at: START + 30, askedAt: START + 20, expireIn: 90 });
    for (let i = 0; i < 3; i++)
      replicas.probeFailed(zone, 'silent', { at: START + 30, cause: 'silence', reason: 'no answer' });
  }
  replicas.forgotten('b.test.');
  await clock.advance(4_000);

  const taken: (PairFigures & { secondary: string; zone: string })[] = [];
  const steps = replicas.figures(
    function* (each) {
      // A zone and a remote that are not watched (any more) have no view either.
      for (const zone of [...zones, 'c.test.']) {
        for (const one of [...LAGS, lag('gone', {})]) each(zone, one.id, numbersOf(one));
        yield;
      }
    },
    (zone, secondary, figures) => taken.push({ ...figures, zone, secondary }),
  );
  expect([...steps]).toHaveLength(3);
  const views = replicas.view('a.test.');
  expect(taken).toEqual(
    views.map((view) => ({
      zone: 'a.test.',
      secondary: view.id,
      state: view.health.state,
      isInSync: view.state === 'in-sync',
      lagMs: view.lagMs ?? Number.NaN,
      serialsBehind: view.serialsBehind ?? Number.NaN,
      expiryFraction: view.expiry?.fraction ?? Number.NaN,
    })),
  );
  expect(taken.map(({ state, lagMs }) => [state, lagMs])).toEqual([
    ['in-sync', 30],
    ['in-sync', 17],
    ['behind', 4_000],
    ['unreachable', 4_000],
    ['unknown', Number.NaN],
  ]);
});
