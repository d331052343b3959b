import { type HealthState, noHealth, type ReplicaView } from '@zonewire/replicas';
import { expect, it } from 'vitest';
import { figuresOf } from '../fixtures/fake-node.ts';
import { inTurns } from '../in-turns.ts';
import { exposition } from './exposition.ts';
import { OwnSamples, type ZoneMetrics } from './own-samples.ts';
import { type ReplicaSources, replicaMetrics } from './replicas.ts';

function view(id: string, state: HealthState, more: Partial<ReplicaView> = {}): ReplicaView {
  return {
    id,
    address: `${id}:53`,
    state: state === 'in-sync' ? 'in-sync' : 'behind',
    attempts: 0,
    health: { state, since: 0, reason: '', next: '' },
    ...more,
  };
}

interface Zone {
  readonly zone: string;
  readonly replicas: ReplicaView[];
}

/** The zones that were looked at, in the order of their names. */
let looked: string[] = [];

async function lines(zones: Zone[], maxPairs?: number, chosen?: ZoneMetrics): Promise<string[]> {
  looked = [];
  const health = { ...noHealth() };
  for (const { replicas } of zones) for (const replica of replicas) health[replica.health.state]++;
  const sources: ReplicaSources = {
    *figures(take) {
      for (const { zone, replicas } of zones) {
        looked.push(zone);
        for (const replica of replicas) take(zone, replica.id, figuresOf(replica));
        yield;
      }
    },
    totals: [{ id: 'fra1', address: '', zones: zones.length, health, longestLagMs: 9, skewMs: -1_500 }],
  };
  const samples = new OwnSamples(chosen, zones.length, maxPairs);
  return [...exposition(await inTurns(replicaMetrics(sources, samples)))]
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace('zonewire_replication_', ''));
}

it('each zone at each secondary, and each secondary in all', async () => {
  const expiry = { at: 0, fraction: 0.25, source: 'edns' } as const;
  expect(
    await lines([
      { zone: 'a.test.', replicas: [view('fra1', 'in-sync', { lagMs: 4, serialsBehind: 0, expiry })] },
      { zone: 'b.test.', replicas: [view('fra1', 'diverged', { lagMs: 90_000, serialsBehind: 2 })] },
    ]),
  ).toEqual([
    'lag_seconds{zone="a.test.",secondary="fra1"} 0.004',
    'lag_seconds{zone="b.test.",secondary="fra1"} 90',
    'serials_behind{zone="a.test.",secondary="fra1"} 0',
    'serials_behind{zone="b.test.",secondary="fra1"} 2',
    'in_sync{zone="a.test.",secondary="fra1"} 1',
    'in_sync{zone="b.test.",secondary="fra1"} 0',
    'expiry_fraction{zone="a.test.",secondary="fra1"} 0.25',
    'health{zone="b.test.",secondary="fra1",state="diverged"} 1',
    'zones{secondary="fra1",state="in-sync"} 1',
    'zones{secondary="fra1",state="diverged"} 1',
    'lag_longest_seconds{secondary="fra1"} 90',
    'clock_skew_seconds{secondary="fra1"} -1.5',
    'pairs_left_out 0',
  ]);
});

const many = (bad: number) =>
  Array.from({ length: 10 }, (_, i) => ({
    zone: `${i}.test.`,
    replicas: [view('fra1', i < bad ? 'behind' : 'in-sync', { lagMs: i })],
  }));

it('a limit of pairs: those in sync go first, the totals stay whole, and what is left out is counted', async () => {
  const some = await lines(many(3), 5);
  expect(some.filter((line) => line.startsWith('in_sync'))).toHaveLength(3);
  expect(some).toContain('zones{secondary="fra1",state="in-sync"} 7');
  expect(some).toContain('lag_longest_seconds{secondary="fra1"} 0.009');
  expect(some).toContain('pairs_left_out 7');
  const all = await lines(many(10), 5);
  expect(all.filter((line) => line.startsWith('in_sync'))).toHaveLength(5);
  expect(all).toContain('pairs_left_out 5');
});

it('more pairs than the limit and all in sync: the counts are those that are kept, no zone is looked at', async () => {
  const all = await lines(many(0), 5);
  expect(looked).toEqual([]);
  expect(all).toEqual([
    'zones{secondary="fra1",state="in-sync"} 10',
    'lag_longest_seconds{secondary="fra1"} 0.009',
    'clock_skew_seconds{secondary="fra1"} -1.5',
    'pairs_left_out 10',
  ]);
});

it.each([
  ['full', 10, 10, 0],
  ['terse', 10, 3, 0],
  ['none', 0, 0, 0],
] as const)('zone-metrics: %s', async (chosen, zones, shown, leftOut) => {
  const some = await lines(many(3), 5, chosen);
  expect(looked).toHaveLength(zones);
  expect(some.filter((line) => line.startsWith('in_sync'))).toHaveLength(shown);
  expect(some).toContain(`pairs_left_out ${leftOut}`);
  expect(some).toContain('zones{secondary="fra1",state="behind"} 3');
  expect(some).toContain('lag_longest_seconds{secondary="fra1"} 0.009');
});
