/** How often which lag was seen, in steps of 5 %: small enough to be kept for every minute. Index -> count. */
export type Histogram = Record<string, number>;

const STEP = Math.log(1.05);

/** Which step a lag falls into; 0 is none at all. */
export function lagStep(ms: number): number {
  return Math.round(Math.log(Math.max(0, ms) + 1) / STEP);
}

/** The lag, ms, that a step stands for. */
export function lagOfStep(step: number): number {
  return Math.round(Math.exp(step * STEP) - 1);
}

export function addLag(histogram: Histogram, ms: number): void {
  const index = lagStep(ms);
  histogram[index] = (histogram[index] ?? 0) + 1;
}

/** @param part 0.5 for the median. Within 3 % of the true value. */
export function percentile(histogram: Histogram, part: number): number {
  const counts = Object.entries(histogram).map(([index, count]) => [Number(index), count] as const);
  counts.sort(([a], [b]) => a - b);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return percentileOfSteps(counts, total, part);
}

/** The same of counts by step, smallest step first; `total` is their sum. */
export function percentileOfSteps(
  counts: Iterable<readonly [step: number, count: number]>,
  total: number,
  part: number,
): number {
  let seen = 0;
  for (const [step, count] of counts) {
    seen += count;
    if (seen >= part * total) return lagOfStep(step);
  }
  return 0;
}
