import type { Replica } from '../contract.ts';
import { duration } from '../format.ts';
import { healthOf, lookOf } from '../health.ts';

/** A cell of the table in a few words: "3 ms" (in sync, with its lag), "behind 2, 4 m", "unreachable". */
export function cellWords(replica: Replica): string {
  const { state } = healthOf(replica);
  const { word } = lookOf(state);
  const lag = replica.lagMs === undefined ? '' : duration(replica.lagMs);
  if (state === 'in-sync') return replica.serialsBehind ? 'updating …' : lag === '' ? word : lag;
  if (state !== 'behind') return word;
  const by = replica.serialsBehind ? ` ${replica.serialsBehind}` : '';
  return `${word}${by}${lag === '' ? '' : `${by === '' ? ' ' : ', '}${lag}`}`;
}
