import type { NodeZoneStatus } from '../ports.ts';
import type { MetricFamily, MetricSample } from './exposition.ts';

/** Zones with samples of their own; those beyond it are counted only. */
export const MAX_ZONES = 20_000;

/** The gauges that have one sample a zone. `expireInterval`: SOA EXPIRE in seconds, of the version served. */
export function zoneMetrics(
  statuses: readonly NodeZoneStatus[],
  expireInterval: (zone: string) => number | undefined,
  maxZones = MAX_ZONES,
): MetricFamily[] {
  const own = statuses.slice(0, maxZones);
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
      mapDefined(own, (zone) => zone.served && { labels: { zone: zone.zone }, value: zone.served.serial }),
    ),
    gauge(
      'zone_expire_time_seconds',
      'When the zone expires unless it is refreshed, seconds since the epoch.',
      mapDefined(own, (zone) =>
        zone.expireAt === undefined ? undefined : { labels: { zone: zone.zone }, value: zone.expireAt / 1000 },
      ),
    ),
    gauge(
      'zone_expire_interval_seconds',
      'SOA EXPIRE of zones that can expire: with zone_expire_time_seconds, how much of it is used up.',
      mapDefined(own, ({ zone, expireAt }) => {
        const interval = expireAt === undefined ? undefined : expireInterval(zone);
        return interval === undefined ? undefined : { labels: { zone }, value: interval };
      }),
    ),
    gauge(
      'zone_health',
      '1 for the health of a zone that this node is secondary for and that is not in sync.',
      mapDefined(own, ({ zone, health }) =>
        health === undefined || health.state === 'in-sync'
          ? undefined
          : { labels: { zone, state: health.state }, value: 1 },
      ),
    ),
    gauge('zones_health', 'Zones that this node is secondary for, by health.', countHealth(statuses)),
    gauge('zones_left_out', 'Zones without samples of their own: there are too many.', [
      { value: statuses.length - own.length },
    ]),
  ];
}

function* countHealth(statuses: readonly NodeZoneStatus[]): Generator<MetricSample> {
  const counts = new Map<string, number>();
  for (const { health } of statuses)
    if (health !== undefined) counts.set(health.state, (counts.get(health.state) ?? 0) + 1);
  for (const [state, value] of counts) yield { labels: { state }, value };
}

function* countZones(statuses: readonly NodeZoneStatus[]): Generator<MetricSample> {
  const counts = new Map<string, number>();
  for (const { role, state } of statuses) counts.set(`${role} ${state}`, (counts.get(`${role} ${state}`) ?? 0) + 1);
  for (const [key, value] of counts) {
    const [role, state] = key.split(' ');
    yield { labels: { role, state }, value };
  }
}

function* mapDefined<T>(items: readonly T[], map: (item: T) => MetricSample | undefined): Generator<MetricSample> {
  for (const item of items) {
    const sample = map(item);
    if (sample) yield sample;
  }
}
