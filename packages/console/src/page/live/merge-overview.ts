import type { HealthCounts, HealthState, NodeEvent, Overview, Secondary } from '../contract.ts';
import { worstOf } from '../health.ts';

/** The overview after an event; the same object when it is not touched. */
export function mergeOverview(overview: Overview, event: NodeEvent): Overview {
  if (event.kind !== 'health' && !(event.kind === 'moment' && event.moment === 'answered')) return overview;
  const at = overview.secondaries.findIndex(({ id }) => id === event.secondary);
  if (at === -1) return overview;
  const before = overview.secondaries[at];
  if (event.kind === 'moment') {
    if (event.lagMs === undefined || event.lagMs === before.lag?.latest) return overview;
    const { p50, p99 } = before.lag ?? { p50: event.lagMs, p99: event.lagMs };
    return withSecondary(overview, at, { ...before, lag: { p50, p99, latest: event.lagMs } });
  }
  const health = moved(before.health, event.from, event.to.state);
  const next = withSecondary(overview, at, { ...before, health, worst: worstOf(health) });
  return { ...next, counts: { ...next.counts, health: moved(next.counts.health, event.from, event.to.state) } };
}

function withSecondary(overview: Overview, at: number, secondary: Secondary): Overview {
  return { ...overview, secondaries: overview.secondaries.with(at, secondary) };
}

function moved(counts: HealthCounts, from: HealthState, to: HealthState): HealthCounts {
  if (from === to) return counts;
  const less = Math.max(0, (counts[from] ?? 0) - 1);
  return { ...counts, [from]: less, [to]: (counts[to] ?? 0) + 1 };
}
