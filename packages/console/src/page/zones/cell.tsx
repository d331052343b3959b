import type { Replica } from '../contract.ts';
import { healthOf, lookOf } from '../health.ts';
import { Mark } from '../parts/mark.tsx';
import { cellWords } from './cell-words.ts';

/** One zone at one secondary: shape, and its lag or what is the matter. `undefined`: the secondary is not told of the zone. */
export function Cell({ id, replica }: { id: string; replica: Replica | undefined }) {
  if (replica === undefined)
    return (
      <td class="none">
        <span class="muted">–</span>
      </td>
    );
  const { state, reason } = healthOf(replica);
  const { tone, word } = lookOf(state);
  return (
    <td class={`tone-${tone}`} title={reason === '' ? `${id}: ${word}` : `${id}: ${reason}`}>
      <span class="cell">
        <Mark state={state} />
        <span class="cell-id">{id}</span>
        <span class="cell-words">
          <span class="hidden">{state === 'in-sync' ? `${word}, ` : ''}</span>
          {cellWords(replica)}
        </span>
      </span>
    </td>
  );
}
