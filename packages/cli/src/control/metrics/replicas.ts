import type { HealthState, ReplicaView } from '@zonewire/replicas';
import type { MetricFamily, MetricSample } from './exposition.ts';

/** Pairs of zone and secondary with samples of their own. Beyond it those in sync are left out first, and all that is left out is counted. */
export const MAX_PAIRS = 20_000;

interface Pair {
  readonly zone: string;
  readonly replica: ReplicaView;
}

interface Totals {
  readonly states: Map<HealthState, number>;
  longestLag: number;
  skewMs: number | undefined;
}

/** What is known of the secondaries: for each of them in all, and for each zone at each as far as {@link MAX_PAIRS} goes. */
export function replicaMetrics(
  zones: Iterable<{ readonly zone: string; readonly replicas: readonly ReplicaView[] }>,
  maxPairs = MAX_PAIRS,
): MetricFamily[] {
  const pairs: Pair[] = [];
  const bySecondary = new Map<string, Totals>();
  for (const { zone, replicas } of zones)
    for (const replica of replicas) {
      pairs.push({ zone, replica });
      addTo(bySecondary, replica);
    }
  const shown = pairs.length <= maxPairs ? pairs : worstOf(pairs, maxPairs);
  const perPair = (name: string, help: string, value: (replica: ReplicaView) => number | undefined) =>
    gauge(name, help, ofPairs(shown, value));
  const secondaries = [...bySecondary];
  return [
    perPair(
      'replication_lag_seconds',
      'In sync: from commit to seen served by the secondary. Behind: since the oldest commit that it lacks.',
      ({ lagMs }) => (lagMs === undefined ? undefined : lagMs / 1000),
    ),
    perPair('replication_serials_behind', 'Commits that the secondary lacks.', ({ state, serialsBehind }) =>
      state === 'in-sync' ? 0 : serialsBehind,
    ),
    perPair(
      'replication_in_sync',
      '1 when the secondary was seen to answer with the serial served here, else 0.',
      ({ state }) => (state === 'in-sync' ? 1 : 0),
    ),
    perPair(
      'replication_expiry_fraction',
      'Of SOA EXPIRE, how much the secondary has used up since it last refreshed: 1 is expired.',
      ({ expiry }) => expiry?.fraction,
    ),
    gauge(
      'replication_health',
      '1 for the state of a secondary that is not in sync, by zone.',
      shown
        .filter(({ replica }) => replica.health.state !== 'in-sync')
        .map(({ zone, replica }) => ({
          labels: { zone, secondary: replica.id, state: replica.health.state },
          value: 1,
        })),
    ),
    gauge(
      'replication_zones',
      'Zones by secondary and state of health; all of them, whatever is left out elsewhere.',
      secondaries.flatMap(([secondary, { states }]) =>
        [...states].map(([state, value]) => ({ labels: { secondary, state }, value })),
      ),
    ),
    gauge(
      'replication_lag_longest_seconds',
      'The longest lag of a secondary over all zones.',
      secondaries.map(([secondary, { longestLag }]) => ({ labels: { secondary }, value: longestLag / 1000 })),
    ),
    gauge(
      'replication_clock_skew_seconds',
      'The clock of a secondary less ours; no part of any lag.',
      secondaries.flatMap(([secondary, { skewMs }]) =>
        skewMs === undefined ? [] : [{ labels: { secondary }, value: skewMs / 1000 }],
      ),
    ),
    gauge(
      'replication_pairs_left_out',
      'Pairs of zone and secondary without samples of their own: there are too many.',
      [{ value: pairs.length - shown.length }],
    ),
  ];
}

function gauge(name: string, help: string, samples: Iterable<MetricSample>): MetricFamily {
  return { name: `zonewire_${name}`, help, type: 'gauge', samples };
}

function addTo(bySecondary: Map<string, Totals>, { id, health, lagMs, skewMs }: ReplicaView): void {
  const totals = bySecondary.get(id) ?? { states: new Map(), longestLag: 0, skewMs };
  bySecondary.set(id, totals);
  totals.states.set(health.state, (totals.states.get(health.state) ?? 0) + 1);
  totals.longestLag = Math.max(totals.longestLag, lagMs ?? 0);
}

function worstOf(pairs: readonly Pair[], count: number): Pair[] {
  const bad = pairs.filter(({ replica }) => replica.health.state !== 'in-sync');
  return bad.length >= count ? bad.slice(0, count) : bad;
}

function* ofPairs(
  pairs: readonly Pair[],
  value: (replica: ReplicaView) => number | undefined,
): Generator<MetricSample> {
  for (const { zone, replica } of pairs) {
    const number = value(replica);
    if (number !== undefined) yield { labels: { zone, secondary: replica.id }, value: number };
  }
}
