import { HEALTH_STATES, type HealthState, noHealth, type SecondaryTotals } from '@zonewire/replicas';
import type { Place } from '../config/mod.ts';

export type HealthCounts = Record<HealthState, number>;

export interface SecondaryOverview extends SecondaryTotals {
  readonly place?: Place;
  readonly worst: HealthState;
}

/** One line for each secondary, by id. */
export function secondariesOf(
  totals: readonly SecondaryTotals[],
  places: ReadonlyMap<string, Place>,
): readonly SecondaryOverview[] {
  return [...totals]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((secondary) => {
      const place = places.get(secondary.id);
      return { ...secondary, ...(place === undefined ? {} : { place }), worst: worstOf(secondary.health) };
    });
}

export function sumOf(all: readonly SecondaryTotals[]): HealthCounts {
  const sum = noHealth();
  for (const { health } of all) for (const state of HEALTH_STATES) sum[state] += health[state];
  return sum;
}

/** The worst state that occurs: {@link HEALTH_STATES} goes from worst to best. */
function worstOf(health: SecondaryTotals['health']): HealthState {
  return HEALTH_STATES.find((state) => health[state] > 0) ?? 'unknown';
}
