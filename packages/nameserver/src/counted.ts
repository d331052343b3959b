import { type Counters, newCounters } from './counters.ts';

type Counted = { [key: string]: number | Float64Array | Counted };

/** What was counted since the last call, which is zeroed; undefined: nothing. For a thread that tells another one. */
export function takeCounted(counters: Counters): Counters | undefined {
  const taken = newCounters();
  return move(counters as unknown as Counted, taken as unknown as Counted) ? taken : undefined;
}

/** Adds what a thread has counted. */
export function addCounted(counters: Counters, counted: Counters): void {
  move(counted as unknown as Counted, counters as unknown as Counted);
}

/** Adds everything of `from` to `to`, leaving zeros; true when there was something. */
function move(from: Counted, to: Counted): boolean {
  let some = false;
  for (const [key, value] of Object.entries(from)) {
    if (typeof value === 'number') {
      if (value !== 0) some = true;
      to[key] = (to[key] as number) + value;
      from[key] = 0;
    } else if (value instanceof Float64Array) {
      const sums = to[key] as Float64Array;
      for (let i = 0; i < value.length; i++) {
        if (value[i] !== 0) some = true;
        sums[i] += value[i];
      }
      value.fill(0);
    } else if (move(value, to[key] as Counted)) some = true;
  }
  return some;
}
