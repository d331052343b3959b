/** From 1 ms on, in powers of ten: a site next door and one on the other side of the world are both to be seen. */
const FIRST = 1;

export interface LagScale {
  /** ms at the right end, a round number. */
  readonly max: number;
  readonly ticks: readonly number[];
  /** Where a lag stands: 0 to 1. */
  at(ms: number): number;
}

const ROUND = [10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 604_800_000];

/** A logarithmic scale that holds `longest` ms. */
export function lagScale(longest: number): LagScale {
  const max = ROUND.find((round) => round >= longest) ?? ROUND.at(-1)!;
  const span = Math.log10(max / FIRST);
  return {
    max,
    ticks: [FIRST, ...ROUND.filter((round) => round <= max)],
    at: (ms) => Math.min(1, Math.max(0, Math.log10(Math.max(FIRST, ms) / FIRST) / span)),
  };
}
