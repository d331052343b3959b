import type { DelegationReport, DelegationWatch } from '@zonewire/delegation';
import type { MetricFamily, MetricSample } from '../control/metrics/exposition.ts';

/** Zones with findings that have samples of their own; of those beyond only the number is told. */
export const ZONES_WITH_SAMPLES = 1_000;

/** Findings of the last check of each zone. A zone without findings has no sample. */
export function delegationMetrics(watch: Pick<DelegationWatch, 'reports' | 'counters'>): MetricFamily[] {
  const { checks, failed, limits } = watch.counters;
  const found = [...watch.reports()].filter(({ findings }) => findings.length > 0);
  const family = (name: string, type: MetricFamily['type'], help: string, samples: Iterable<MetricSample>) => ({
    name: `zonewire_delegation_${name}`,
    type,
    help,
    samples,
  });
  return [
    family('findings', 'gauge', 'Findings of the last delegation check, by severity.', samplesOf(found)),
    family(
      'zones_left_out',
      'gauge',
      `Zones with findings that have no sample, for there are more than ${ZONES_WITH_SAMPLES}.`,
      [{ value: Math.max(0, found.length - ZONES_WITH_SAMPLES) }],
    ),
    family('checks_total', 'counter', 'Delegation checks by result.', [
      { labels: { result: 'done' }, value: checks - failed },
      { labels: { result: 'failed' }, value: failed },
    ]),
    family(
      'limits_total',
      'counter',
      'Delegation checks that reached a limit.',
      [...limits].map(([limit, value]) => ({ labels: { limit }, value })),
    ),
  ];
}

function* samplesOf(reports: readonly DelegationReport[]): Generator<MetricSample> {
  for (const { zone, findings } of reports.slice(0, ZONES_WITH_SAMPLES)) {
    for (const severity of ['error', 'warning', 'notice'] as const) {
      const value = findings.filter((one) => one.severity === severity).length;
      if (value > 0) yield { labels: { zone, severity }, value };
    }
  }
}
