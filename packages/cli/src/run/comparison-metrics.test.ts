import { COMPARISON_RESULTS } from '@zonewire/replicas';
import { expect, it } from 'vitest';
import { comparisonMetrics } from './comparison-metrics.ts';

it('a sample a result, whatever the number of zones; what waits and what was turned away', () => {
  const results = new Map([
    ['same', 7],
    ['refused', 2],
  ] as const);
  const [total, refused, waiting] = comparisonMetrics({ counters: { results, refused: 3, errors: 0 }, waiting: 4 });
  expect(total.name).toBe('zonewire_replication_comparisons_total');
  expect([...total.samples]).toHaveLength(COMPARISON_RESULTS.length);
  expect([...total.samples]).toContainEqual({ labels: { result: 'refused' }, value: 2 });
  expect([...total.samples]).toContainEqual({ labels: { result: 'different' }, value: 0 });
  expect([...refused.samples]).toEqual([{ value: 3 }]);
  expect([...waiting.samples]).toEqual([{ value: 4 }]);
});
