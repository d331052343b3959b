import type { HealthCounts } from '../contract.ts';
import { count } from '../format.ts';
import { STATES } from '../health.ts';
import { HealthWord } from '../parts/health-word.tsx';
import { hrefOf } from '../route.ts';

/** How many pairs of zone and secondary are how; each leads to these zones. */
export function HealthCountsStrip({ counts }: { counts: HealthCounts }) {
  const shown = STATES.filter((state) => counts[state] > 0);
  if (shown.length === 0) return null;
  return (
    <ul class="counts" aria-label="Zones at secondaries, by health">
      {shown.map((state) => (
        <li key={state}>
          <a href={hrefOf({ page: 'zones', health: state })}>
            <HealthWord state={state} count={count(counts[state])} />
          </a>
        </li>
      ))}
    </ul>
  );
}
