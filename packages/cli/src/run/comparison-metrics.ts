import { COMPARISON_RESULTS, type Comparisons } from '@zonewire/replicas';
import type { MetricFamily } from '../control/metrics/exposition.ts';

/** What came of comparing copies. As many samples as there are results, whatever the number of zones. */
export function comparisonMetrics({ counters, waiting }: Pick<Comparisons, 'counters' | 'waiting'>): MetricFamily[] {
  return [
    {
      name: 'zonewire_replication_comparisons_total',
      type: 'counter',
      help: 'Copies of secondaries that were to be compared with what is served here, by what came of it.',
      samples: COMPARISON_RESULTS.map((result) => ({ labels: { result }, value: counters.results.get(result) ?? 0 })),
    },
    {
      name: 'zonewire_replication_comparisons_refused_total',
      type: 'counter',
      help: 'Comparisons asked for and turned away, for too many waited.',
      samples: [{ value: counters.refused }],
    },
    {
      name: 'zonewire_replication_comparisons_waiting',
      type: 'gauge',
      help: 'Comparisons that are due and wait for their turn: one is made at a time.',
      samples: [{ value: waiting }],
    },
  ];
}
