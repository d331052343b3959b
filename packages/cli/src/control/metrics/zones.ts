import type { ZoneGlance } from '@zonewire/nameserver';
import type { HealthState } from '@zonewire/replicas';
import { columnSamples, escapeLabel, type MetricFamily, type MetricSample } from './exposition.ts';
import type { OwnSamples } from './own-samples.ts';

/** Zones with samples of their own, a column for each gauge. */
class Shown {
  readonly labels: string[] = [];
  readonly serial: number[] = [];
  readonly expireTime: number[] = [];
  readonly expireInterval: number[] = [];
  readonly troubled: MetricSample[] = [];

  add({ zone, serial, expireAt, expire }: ZoneGlance, health: HealthState | undefined): void {
    this.labels.push(`{zone="${escapeLabel(zone)}"}`);
    this.serial.push(serial ?? Number.NaN);
    this.expireTime.push(expireAt === undefined ? Number.NaN : expireAt / 1000);
    this.expireInterval.push(expireAt === undefined ? Number.NaN : (expire ?? Number.NaN));
    if (health !== undefined && health !== 'in-sync') this.troubled.push({ labels: { zone, state: health }, value: 1 });
  }
}

/**
 * The gauges that have one sample a zone. `healthOf` of zones that this node is secondary for. A step is a zone; the samples are made as
 * they are written.
 */
export function* zoneMetrics(
  zones: Iterable<ZoneGlance>,
  healthOf: (zone: string) => HealthState | undefined,
  samples: OwnSamples,
): Generator<void, MetricFamily[]> {
  const own = new Shown();
  const states = new Map<string, number>();
  const healths = new Map<string, number>();
  for (const zone of zones) {
    const health = healthOf(zone.zone);
    count(states, `${zone.role} ${zone.state}`);
    if (health !== undefined) count(healths, health);
    const isWell = zone.state === 'serving' && !zone.hasFailed && (health ?? 'in-sync') === 'in-sync';
    if (samples.takes(isWell)) own.add(zone, health);
    yield;
  }
  const gauge = (name: string, help: string, values: Iterable<MetricSample>): MetricFamily => ({
    name: `zonewire_${name}`,
    help,
    type: 'gauge',
    samples: values,
  });
  return [
    gauge(
      'zones',
      'Zones by role and state.',
      Array.from(states, ([key, value]) => {
        const [role, state] = key.split(' ');
        return { labels: { role, state }, value };
      }),
    ),
    gauge('zone_serial', 'Serial that the zone is answered with.', columnSamples(own.labels, own.serial)),
    gauge(
      'zone_expire_time_seconds',
      'When the zone expires unless it is refreshed, seconds since the epoch.',
      columnSamples(own.labels, own.expireTime),
    ),
    gauge(
      'zone_expire_interval_seconds',
      'SOA EXPIRE of zones that can expire: with zone_expire_time_seconds, how much of it is used up.',
      columnSamples(own.labels, own.expireInterval),
    ),
    gauge(
      'zone_health',
      '1 for the health of a zone that this node is secondary for and that is not in sync.',
      own.troubled,
    ),
    gauge(
      'zones_health',
      'Zones that this node is secondary for, by health.',
      Array.from(healths, ([state, value]) => ({ labels: { state }, value })),
    ),
    gauge('zones_left_out', 'Zones without samples of their own: there are too many.', [{ value: samples.leftOut }]),
  ];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
