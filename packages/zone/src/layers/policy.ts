import type { Layer } from '../image/layer.ts';

/** Overlays a version has at most after a diff was applied. Each costs a miss in its index for every label of a query. */
export const MAX_OVERLAYS = 4;
/** An overlay is merged with the next older one unless that is this many times longer: so a changed name is copied about
 * RATIO times for each of the overlays it wanders through, whatever the size of the zone. */
const RATIO = 16;
/** Overlays shorter than this are always merged: their header and apex are most of them. */
const TINY = 4096;
/** A base shorter than this is merged by applyDiff like one more overlay; longer ones wait for compact. */
const SMALL_BASE = 64 << 10;
/** Overlays together longer than this part of the base ask for compact. */
const COMPACTION_PART = 1 / 8;

/** How many layers from the newest on should be merged into one now; 1 means none. `layers[0]` was just put on top. */
export function layersToMerge(layers: readonly Layer[]): number {
  const base = layers.length - 1;
  let count = 1;
  let length = layers[0].length;
  while (count < base) {
    const next = layers[count].length;
    if (length * RATIO < next && length + next > TINY && base - count < MAX_OVERLAYS) break;
    length += next;
    count++;
  }
  const baseLength = layers[base].length;
  if (count === base && baseLength < SMALL_BASE && length * RATIO >= baseLength) count++;
  return count;
}

/** True when overlays have grown so far that compact should run (it takes 0.3 s for a million records, so: elsewhere). */
export function overlaysAreLong(layers: readonly Layer[]): boolean {
  const base = layers[layers.length - 1].length;
  let length = 0;
  for (let i = 0; i < layers.length - 1; i++) length += layers[i].length;
  return base >= SMALL_BASE && length > base * COMPACTION_PART;
}
