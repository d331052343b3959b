import type { HealthState } from '../contract.ts';
import { lookOf } from '../health.ts';

/** The shape of a health, for beside its word. */
export function Mark({ state }: { state: HealthState }) {
  const { path, hollow, tone } = lookOf(state);
  return (
    <svg class={`mark tone-${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={path} class={hollow ? 'hollow' : ''} />
    </svg>
  );
}
