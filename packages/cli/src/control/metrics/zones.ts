import type { ReplicaLag, ZoneStatus } from '@zonewire/nameserver';
import type { MetricFamily, MetricSample } from './exposition.ts';

/** The gauges of DESIGN.md that have one sample a zone or a secondary. */
export function zoneMetrics(statuses: readonly ZoneStatus[]): MetricFamily[] {
  const gauge = (name: string, help: string, samples: Iterable<MetricSample>): MetricFamily => ({
    name: `zonewire_${name}`,
    help,
    type: 'gauge',
    samples,
  });
  return [
    gauge('zones', 'Zones by role and state.', countZones(statuses)),
    gauge(
      'zone_serial',
      'Serial that the zone is answered with.',
      mapDefined(statuses, (zone) => zone.served && { labels: { zone: zone.zone }, value: zone.served.serial }),
    ),
    gauge(
      'zone_expire_time_seconds',
      'When the zone expires unless it is refreshed, seconds since the epoch.',
      mapDefined(statuses, (zone) =>
        zone.expireAt === undefined ? undefined : { labels: { zone: zone.zone }, value: zone.expireAt / 1000 },
      ),
    ),
    gauge(
      'replication_lag_seconds',
      'In sync: from commit to seen served by the secondary. Behind: since the oldest commit that it lacks.',
      perReplica(statuses, (replica) => (replica.lagMs === undefined ? undefined : replica.lagMs / 1000)),
    ),
    gauge(
      'replication_serials_behind',
      'Commits that the secondary lacks.',
      perReplica(statuses, (replica) => (replica.state === 'in-sync' ? 0 : replica.serialsBehind)),
    ),
    gauge(
      'replication_in_sync',
      '1 when the secondary was seen to answer with the serial served here, else 0.',
      perReplica(statuses, (replica) => (replica.state === 'in-sync' ? 1 : 0)),
    ),
  ];
}

function* countZones(statuses: readonly ZoneStatus[]): Generator<MetricSample> {
  const counts = new Map<string, number>();
  for (const { role, state } of statuses) counts.set(`${role} ${state}`, (counts.get(`${role} ${state}`) ?? 0) + 1);
  for (const [key, value] of counts) {
    const [role, state] = key.split(' ');
    yield { labels: { role, state }, value };
  }
}

function* perReplica(
  statuses: readonly ZoneStatus[],
  value: (replica: ReplicaLag) => number | undefined,
): Generator<MetricSample> {
  for (const { zone, notify } of statuses) {
    for (const replica of notify ?? []) {
      const number = value(replica);
      if (number !== undefined) yield { labels: { zone, secondary: replica.id }, value: number };
    }
  }
}

function* mapDefined<T>(items: readonly T[], map: (item: T) => MetricSample | undefined): Generator<MetricSample> {
  for (const item of items) {
    const sample = map(item);
    if (sample) yield sample;
  }
}
