import type { HealthState } from '../contract.ts';
import { lookOf } from '../health.ts';
import { Mark } from './mark.tsx';

/** Shape and word of a health, with a number where some are counted. */
export function HealthWord({ state, count }: { state: HealthState; count?: string }) {
  const { word, tone } = lookOf(state);
  return (
    <span class={`health tone-${tone}`}>
      <Mark state={state} />
      <span>
        {count === undefined ? '' : `${count} `}
        {word}
      </span>
    </span>
  );
}
