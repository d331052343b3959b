import type { FiguresTaker, HealthState, PairFigures, SecondaryTotals } from '@zonewire/replicas';
import { columnSamples, escapeLabel, type MetricFamily, type MetricSample } from './exposition.ts';
import type { OwnSamples } from './own-samples.ts';

/** Pairs with samples of their own, a column for each gauge: 10,000 objects would be much work for the garbage collector. */
class Shown {
  readonly labels: string[] = [];
  readonly lag: number[] = [];
  readonly behind: number[] = [];
  readonly inSync: number[] = [];
  readonly expiry: number[] = [];
  readonly troubled: MetricSample[] = [];

  add(zone: string, secondary: string, { lagMs, serialsBehind, isInSync, expiryFraction, state }: PairFigures): void {
    const pair = `zone="${escapeLabel(zone)}",secondary="${escapeLabel(secondary)}"`;
    this.labels.push(`{${pair}}`);
    this.lag.push(lagMs / 1000);
    this.behind.push(serialsBehind);
    this.inSync.push(isInSync ? 1 : 0);
    this.expiry.push(expiryFraction);
    if (state !== 'in-sync') this.troubled.push({ labels: `{${pair},state="${state}"}`, value: 1 });
  }
}

interface Totals {
  readonly states: Map<HealthState, number>;
  longestLag: number;
  readonly skewMs: number | undefined;
}

/** By the counts that are kept as things happen: nothing is looked at. */
function kept({ health, longestLagMs = 0, skewMs }: SecondaryTotals): Totals {
  const states = (Object.keys(health) as HealthState[]).filter((state) => health[state] > 0);
  return { states: new Map(states.map((state) => [state, health[state]])), longestLag: longestLagMs, skewMs };
}

export interface ReplicaSources {
  /** Each zone at each secondary; a step is a zone. */
  readonly figures: (take: FiguresTaker) => Generator<void>;
  readonly totals: readonly SecondaryTotals[];
}

/**
 * What is known of the secondaries: for each of them in all, and for each zone at each as far as `samples` takes them. A step is a zone; the
 * samples are made as they are written. Where nobody's own samples are wanted, no zone is looked at.
 */
export function* replicaMetrics(
  { figures, totals }: ReplicaSources,
  samples: OwnSamples,
): Generator<void, MetricFamily[]> {
  const shown = new Shown();
  const bySecondary = new Map<string, Totals>();
  const { detail } = samples;
  const isAllWell = totals.every(({ zones, health }) => health['in-sync'] === zones);
  if (detail === 'none' || (detail === 'terse' && isAllWell)) {
    for (const secondary of totals) bySecondary.set(secondary.id, kept(secondary));
    samples.passesOver(totals.reduce((sum, { zones }) => sum + zones, 0));
  } else {
    const skews = new Map(totals.map(({ id, skewMs }) => [id, skewMs]));
    yield* figures((zone, secondary, pair) => {
      const sums = bySecondary.get(secondary) ?? { states: new Map(), longestLag: 0, skewMs: skews.get(secondary) };
      bySecondary.set(secondary, sums);
      sums.states.set(pair.state, (sums.states.get(pair.state) ?? 0) + 1);
      if (pair.lagMs > sums.longestLag) sums.longestLag = pair.lagMs;
      if (samples.takes(pair.state === 'in-sync')) shown.add(zone, secondary, pair);
    });
  }
  const perPair = (name: string, help: string, values: readonly number[]) =>
    gauge(name, help, columnSamples(shown.labels, values));
  const secondaries = [...bySecondary];
  return [
    perPair(
      'replication_lag_seconds',
      'In sync: from commit to seen served by the secondary. Behind: since the oldest commit that it lacks.',
      shown.lag,
    ),
    perPair('replication_serials_behind', 'Commits that the secondary lacks.', shown.behind),
    perPair(
      'replication_in_sync',
      '1 when the secondary was seen to answer with the serial served here, else 0.',
      shown.inSync,
    ),
    perPair(
      'replication_expiry_fraction',
      'Of SOA EXPIRE, how much the secondary has used up since it last refreshed: 1 is expired.',
      shown.expiry,
    ),
    gauge('replication_health', '1 for the state of a secondary that is not in sync, by zone.', shown.troubled),
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
      [{ value: samples.leftOut }],
    ),
  ];
}

function gauge(name: string, help: string, samples: Iterable<MetricSample>): MetricFamily {
  return { name: `zonewire_${name}`, help, type: 'gauge', samples };
}
