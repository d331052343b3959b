import type { LagBucket } from '../contract.ts';

/** The history as a chart takes it: times in seconds, then p50 and p99 of each secondary in ms, null where nothing was measured. */
export interface LagSeries {
  readonly secondaries: readonly string[];
  readonly times: readonly number[];
  /** For each secondary: p50, then p99. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** A gap of more than this many buckets breaks the line. */
const BREAK = 1.5;

export function lagSeries(buckets: readonly LagBucket[]): LagSeries {
  const secondaries = [...new Set(buckets.map(({ secondary }) => secondary))].sort();
  const width = buckets[0]?.seconds ?? 0;
  const times: number[] = [];
  for (const time of [...new Set(buckets.map(({ from }) => from / 1000))].sort((a, b) => a - b)) {
    const last = times.at(-1);
    if (last !== undefined && time - last > width * BREAK) times.push(last + width);
    times.push(time);
  }
  const at = new Map(times.map((time, i) => [time, i]));
  const values = secondaries.flatMap((secondary) => {
    const p50: (number | null)[] = times.map(() => null);
    const p99: (number | null)[] = times.map(() => null);
    for (const bucket of buckets) {
      if (bucket.secondary !== secondary || bucket.count === 0) continue;
      const i = at.get(bucket.from / 1000)!;
      // A logarithmic axis has no 0; less than a tenth of a millisecond is not told apart.
      p50[i] = Math.max(0.1, bucket.p50);
      p99[i] = Math.max(0.1, bucket.p99);
    }
    return [p50, p99];
  });
  return { secondaries, times, values };
}
